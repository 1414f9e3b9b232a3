/**
 * Tables with a journal: the maps of which the state consists.
 *
 * A table can be changed in place, because the journal that it shares with the other tables takes every change back
 * when a transaction is refused. It also keeps the keys that were written, so that the state root is brought up to date
 * by those alone (ENC-1).
 */

import { ascending } from "../values.js";

/** What undoes the changes since a mark, newest first. */
export class Journal {
  private readonly undo: (() => void)[] = [];

  mark(): number {
    return this.undo.length;
  }

  note(undo: () => void): void {
    this.undo.push(undo);
  }

  /** Take back everything since the mark. */
  rollBack(mark: number): void {
    while (this.undo.length > mark) this.undo.pop()?.();
  }

  /** Nothing before now will be taken back any more. */
  forget(): void {
    this.undo.length = 0;
  }
}

export class Table<V> {
  private readonly entries = new Map<string, V>();
  private inOrder: readonly string[] | null = null;
  /** Keys written or removed since they were last committed to. */
  readonly written = new Set<string>();

  constructor(
    private readonly journal: Journal,
    entries: Iterable<readonly [string, V]> = [],
  ) {
    for (const [key, value] of entries) {
      this.entries.set(key, value);
      this.written.add(key);
    }
  }

  get(key: string): V | undefined {
    return this.entries.get(key);
  }

  has(key: string): boolean {
    return this.entries.has(key);
  }

  /** The value at a key that the rules guarantee to be there. */
  at(key: string): V {
    const value = this.entries.get(key);
    if (value === undefined) throw new Error(`no entry ${key}`);
    return value;
  }

  set(key: string, value: V): void {
    this.journal.note(this.restorer(key));
    if (!this.entries.has(key)) this.inOrder = null;
    this.entries.set(key, value);
    this.written.add(key);
  }

  update(key: string, changed: Partial<V>): V {
    const value = { ...this.at(key), ...changed };
    this.set(key, value);
    return value;
  }

  remove(key: string): void {
    this.journal.note(this.restorer(key));
    this.entries.delete(key);
    this.inOrder = null;
    this.written.add(key);
  }

  keys(): readonly string[] {
    this.inOrder ??= [...this.entries.keys()].sort(ascending);
    return this.inOrder;
  }

  items(): (readonly [string, V])[] {
    return this.keys().map((key) => [key, this.at(key)] as const);
  }

  private restorer(key: string): () => void {
    const before = this.entries.get(key);
    if (before === undefined)
      return () => {
        this.entries.delete(key);
        this.inOrder = null;
      };
    return () => {
      if (!this.entries.has(key)) this.inOrder = null;
      this.entries.set(key, before);
    };
  }
}

/** Items by a name that each of them has, in the order in which names first occur. */
export function groupBy<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(nameOf(item));
    if (group === undefined) groups.set(nameOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
