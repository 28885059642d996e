/** Remembers what was used lately, up to a number of entries and of bytes. */
export interface AnswerMemo<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value, sizeBytes: number): void;
}

export interface MemoLimits {
  readonly entries: number;
  readonly bytes: number;
}

/**
 * Two generations instead of a list in the order of use: what is asked for costs one look into the young one. When that
 * is full it becomes the old one, and what is not asked for until it is full again is forgotten. Both together keep to
 * the limits.
 */
export function createAnswerMemo<Value>(limits: MemoLimits): AnswerMemo<Value> {
  type Entry = { readonly value: Value; readonly sizeBytes: number };
  let young = new Map<string, Entry>();
  let old = new Map<string, Entry>();
  let youngBytes = 0;
  const keep = (key: string, entry: Entry): void => {
    if (young.size + 1 > limits.entries / 2 || youngBytes + entry.sizeBytes > limits.bytes / 2) {
      old = young;
      young = new Map();
      youngBytes = 0;
    }
    young.set(key, entry);
    youngBytes += entry.sizeBytes;
  };
  return {
    get: (key) => {
      const fresh = young.get(key);
      if (fresh !== undefined) return fresh.value;
      const entry = old.get(key);
      if (entry === undefined) return undefined;
      old.delete(key);
      keep(key, entry);
      return entry.value;
    },
    set: (key, value, sizeBytes) => {
      const size = sizeBytes + 2 * key.length;
      // One that takes a generation for itself would drive everything else out.
      if (size > limits.bytes / 8) return;
      if (!young.has(key)) keep(key, { value, sizeBytes: size });
    },
  };
}
