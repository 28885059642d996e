import type { Finding } from '../finding.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { joinPointer, pointerOfReference, valueAt } from '../json-pointer.ts';
import { locate } from '../locate.ts';
import type { Where } from '../finding.ts';

/** A value of the document, and where it stands after its references were followed. */
export interface Located<T extends Json = Json> {
  readonly value: T;
  readonly pointer: string;
}

/** Maps whose `x-` members are extensions; in others (headers, examples) they are names like any other. */
const EXTENSIBLE = new Set(['paths', 'responses']);

/** Reads a document that may say anything anywhere: what is not as expected is noted and left out. */
export class OpenapiReader {
  readonly document: JsonObject;
  /** Swagger 2.0, where a parameter is its own schema. */
  readonly isSwagger: boolean;
  readonly findings: Finding[] = [];
  /** By reference: a document has few targets, and names them again and again. */
  readonly #targets = new Map<string, Located | undefined>();
  readonly #root: string;
  readonly #source: string;

  constructor(document: JsonObject, place: { readonly root: string; readonly source: string }) {
    this.document = document;
    this.isSwagger = document['swagger'] !== undefined;
    this.#root = place.root;
    this.#source = place.source;
  }

  /** Follows `$ref` to what it names. Undefined where it leads nowhere; that is reported when the document is loaded. */
  resolve(value: Json | undefined, pointer: string): Located | undefined {
    let found: Located | undefined = value === undefined ? undefined : { value, pointer };
    for (let hops = 0; found !== undefined && hops < 50; hops++) {
      const reference: Json | undefined = isObject(found.value) ? found.value['$ref'] : undefined;
      if (typeof reference !== 'string') return found;
      found = this.#target(reference);
    }
    return undefined;
  }

  /** An object member with its references followed; anything else there is noted as a finding. */
  object(parent: Located<JsonObject>, key: string): Located<JsonObject> | undefined {
    return this.#asObject(parent.value[key], joinPointer(parent.pointer, key));
  }

  /** The members of an object member, references followed; `x-` extensions left out where the specification has them. */
  members(parent: Located<JsonObject>, key: string): readonly (Located<JsonObject> & { readonly name: string })[] {
    const map = this.object(parent, key);
    if (map === undefined) return [];
    return Object.keys(map.value).flatMap((name) => {
      if (name.startsWith('x-') && EXTENSIBLE.has(key)) return [];
      const member = this.#asObject(map.value[name], joinPointer(map.pointer, name));
      return member === undefined ? [] : [{ ...member, name }];
    });
  }

  /** The objects of a list member, references followed. */
  items(parent: Located<JsonObject>, key: string): readonly Located<JsonObject>[] {
    const list = parent.value[key];
    const pointer = joinPointer(parent.pointer, key);
    if (list === undefined) return [];
    if (!Array.isArray(list)) {
      this.note(pointer, 'a list', list);
      return [];
    }
    return list.flatMap((item: Json, index) => this.#asObject(item, joinPointer(pointer, index)) ?? []);
  }

  where(pointer: string): Where {
    return locate(this.#root, { source: this.#source }, pointer);
  }

  note(pointer: string, expected: string, actual: Json | undefined): void {
    const message = `${expected} is expected at ${pointer === '' ? 'the top' : pointer}; it is left out`;
    this.findings.push({
      code: 'document-malformed',
      severity: 'error',
      message,
      fix: `write ${expected} here, or leave it out`,
      expected,
      actual: summaryOf(actual),
      where: this.where(pointer),
    });
  }

  #asObject(value: Json | undefined, pointer: string): Located<JsonObject> | undefined {
    if (value === undefined) return undefined;
    const found = this.resolve(value, pointer);
    if (found === undefined) return undefined;
    if (isObject(found.value)) return { value: found.value, pointer: found.pointer };
    this.note(found.pointer, 'an object', found.value);
    return undefined;
  }

  #target(reference: string): Located | undefined {
    if (this.#targets.has(reference)) return this.#targets.get(reference);
    const pointer = pointerOfReference(reference);
    const value = pointer === undefined ? undefined : valueAt(this.document, pointer);
    const target = pointer === undefined || value === undefined ? undefined : { value, pointer };
    this.#targets.set(reference, target);
    return target;
  }
}

/** Text of a member, or undefined where it is none. */
export function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The strings of a list member, or undefined where it is no list. */
export function textsOf(value: Json | undefined): string[] | undefined {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined;
}

function summaryOf(value: Json | undefined): Json {
  if (value === undefined) return null;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return isObject(value) ? 'an object' : value;
}
