/** Hands out producer ids from the block that this gateway has from the controller (KIP-730). */
import type { ProducerIdBlock } from "../controller/producer-ids.ts";
import type { ControllerPort } from "./ports.ts";

export class ProducerIds {
  readonly #controller: Pick<ControllerPort, "allocateProducerIds">;
  #next = 0;
  #end = 0;
  #allocation: Promise<ProducerIdBlock> | null = null;

  constructor(controller: Pick<ControllerPort, "allocateProducerIds">) {
    this.#controller = controller;
  }

  /** A producer id that nobody else has. */
  async next(): Promise<number> {
    while (this.#next === this.#end) await this.#allocate();
    const producerId = this.#next;
    this.#next += 1;
    return producerId;
  }

  /** Gets the next block; those who wait at the same time share one call. */
  async #allocate(): Promise<void> {
    if (this.#allocation) return void (await this.#allocation);
    this.#allocation = this.#controller.allocateProducerIds();
    try {
      const { firstProducerId, count } = await this.#allocation;
      this.#next = firstProducerId;
      this.#end = firstProducerId + count;
    } finally {
      this.#allocation = null;
    }
  }
}
