/** What a request is drawn with: a seeded source, and the ways in which requests choose. */
import { SeededRandom } from "../simulation/seeded-random.ts";

/** How often a value is one of the odd ones, which a careful client would not send. */
const ODD = 0.08;

export class Draw extends SeededRandom {
  /** The usual value, or now and then one of the odd ones. */
  mostly<Value>(usual: Value, odd: readonly Value[], chance = ODD): Value {
    return odd.length > 0 && this.chance(chance) ? this.pick(odd) : usual;
  }

  /** From one to `max` of the items in an order of their own; now and then one of them twice. */
  some<Item>(items: readonly Item[], max = items.length): Item[] {
    const left = [...items];
    const taken: Item[] = [];
    for (let count = this.int(1, max); count > 0 && left.length > 0; count--) {
      taken.push(...left.splice(this.int(0, left.length - 1), 1));
    }
    return taken.length > 0 && this.chance(ODD / 4) ? [...taken, taken[0]!] : taken;
  }

  /** A list that is made of as many draws as its length says. */
  list<Item>(min: number, max: number, draw: () => Item): Item[] {
    return Array.from({ length: this.int(min, max) }, draw);
  }

  /** One of the items, each as likely as its weight says. */
  weighted<Item extends { readonly weight: number }>(items: readonly Item[]): Item {
    let left = this.next() * items.reduce((sum, { weight }) => sum + weight, 0);
    return items.find(({ weight }) => (left -= weight) < 0) ?? items.at(-1)!;
  }
}
