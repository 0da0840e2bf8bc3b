/**
 * How a client reaches brokers, whatever lies in between: TCP from Node, a WebSocket from a browser
 * or a Worker. A transport is one byte stream; a network knows who can be asked first and where
 * each broker of the cluster is.
 */
/** A byte stream to one broker and back. Whoever opened it closes it. */
export interface Transport extends AsyncIterable<Uint8Array> {
    /**
     * Sends the pieces one after the other, in the order of the calls. They belong to the transport
     * from here on. After the stream has ended they go nowhere: the iteration tells of its end.
     */
    send(pieces: readonly Uint8Array[]): void;
    /** Ends the stream at once; the iteration ends as well. */
    close(): void;
}
/** A broker as Metadata names it. */
export interface BrokerNode {
    readonly nodeId: number;
    readonly host: string;
    readonly port: number;
    readonly rack: string | null;
}
/** The ways to the brokers of one cluster. */
export interface Network {
    /** Where any broker may be asked who the others are. */
    readonly bootstrap: readonly string[];
    /** Where a broker is. */
    addressOf(broker: BrokerNode): string;
    /** Opens a stream to an address, or rejects with a sentence that says why it cannot. */
    connect(address: string, timeoutMs: number): Promise<Transport>;
}
