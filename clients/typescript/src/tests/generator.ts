/** Values made up from a seed, the same on every run: tests try many and still say which one failed. */

import type { Plain } from "../encoding/cbor.js";

export class Generator {
  private state: bigint;

  constructor(seed: number) {
    this.state = BigInt(seed) * 0x9e3779b97f4a7c15n + 1n;
  }

  /** 64 bits (splitmix64). */
  private next(): bigint {
    this.state = (this.state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
    let z = this.state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn;
    return z ^ (z >> 31n);
  }

  /** From 0 to limit − 1. */
  below(limit: number): number {
    return Number(this.next() % BigInt(limit));
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** Any size up to that many bits, small ones and powers of two as likely as large ones. */
  integer(bits = 256): bigint {
    let magnitude = 0n;
    for (let made = 0; made < bits; made += 64) magnitude = (magnitude << 64n) | this.next();
    magnitude >>= BigInt(bits - 1 + ((64 - (bits % 64)) % 64) - this.below(bits));
    const near = this.below(4) === 0 ? (1n << BigInt(this.below(bits))) + BigInt(this.below(3)) - 1n : magnitude;
    const within = near >= 1n << BigInt(bits) ? magnitude : near;
    return this.below(2) === 0 ? within : -within - (within === (1n << BigInt(bits)) - 1n ? 0n : 1n);
  }

  natural(bits = 64): bigint {
    const n = this.integer(bits);
    return n < 0n ? -n : n;
  }

  bytes(most = 40): Buffer {
    return Buffer.from(Array.from({ length: this.below(most + 1) }, () => this.below(256)));
  }

  text(most = 30): string {
    return Array.from({ length: this.below(most + 1) }, () =>
      this.pick(["a", "z", "é", "€", "😀", "�", " ", "0"]),
    ).join("");
  }

  list<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }

  plain(depth = 3): Plain {
    const kinds = depth === 0 ? 5 : 7;
    switch (this.below(kinds)) {
      case 0:
        return this.integer();
      case 1:
        return this.bytes();
      case 2:
        return this.text();
      case 3:
        return this.below(2) === 0;
      case 4:
        return null;
      case 5:
        return this.list(4, () => this.plain(depth - 1));
      default:
        return new Map(this.list(4, () => [this.text(4), this.plain(depth - 1)]));
    }
  }
}

/** Runs a test for many seeds; a failure names its own. */
export function forSeeds(count: number, check: (generator: Generator) => void): void {
  for (let seed = 0; seed < count; seed += 1) {
    try {
      check(new Generator(seed));
    } catch (fault) {
      throw new Error(`seed ${seed}`, { cause: fault });
    }
  }
}
