/** Finds the path templates that match a path, among many, by walking the path's segments once. */
export interface TemplateTree<T> {
  /** @param template begins with a slash */
  add(template: string, value: T): void;
  /** Those whose template matches, in no order. */
  matches(path: string): readonly TemplateMatch<T>[];
}

interface TemplateMatch<T> {
  readonly value: T;
  /** False when no segment of the template has an expression. */
  readonly templated: boolean;
}

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  /** By what a segment must look like, so that `{id}` and `{name}` share a branch. */
  readonly expressions: Map<string, { readonly pattern: RegExp | undefined; readonly node: Node<T> }>;
  /** Whose templates end here. */
  readonly ends: TemplateMatch<T>[];
}

export function createTemplateTree<T>(): TemplateTree<T> {
  const root = emptyNode<T>();
  return {
    add: (template, value) => {
      const segments = segmentsOf(template);
      const node = segments.reduce(child, root);
      node.ends.push({ value, templated: segments.some(isTemplated) });
    },
    matches: (path) => {
      const found: TemplateMatch<T>[] = [];
      collect(root, segmentsOf(path), 0, found);
      return found;
    },
  };
}

/** As Prism sees it, which asks only for a pair of braces with something in it: `a{b}c` is templated, `{}` is not. */
export function isTemplated(segment: string): boolean {
  return /{(.+)}/.test(segment);
}

function emptyNode<T>(): Node<T> {
  return { literals: new Map(), expressions: new Map(), ends: [] };
}

/** Templates are decoded as paths are: `/a%20b` in the document is `/a b` on the wire. */
function segmentsOf(path: string): readonly string[] {
  const segments = path.split('/').slice(1);
  return path.includes('%') ? segments.map(decoded) : segments;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function child<T>(parent: Node<T>, segment: string): Node<T> {
  if (isTemplated(segment)) return expressionChild(parent, segment);
  const known = parent.literals.get(segment);
  if (known !== undefined) return known;
  const node = emptyNode<T>();
  parent.literals.set(segment, node);
  return node;
}

function expressionChild<T>(parent: Node<T>, segment: string): Node<T> {
  const source = patternOf(segment);
  const known = parent.expressions.get(source);
  if (known !== undefined) return known.node;
  const node = emptyNode<T>();
  // Matches everything, the empty segment too.
  const pattern = source === '(.*)' ? undefined : new RegExp(source);
  parent.expressions.set(source, { pattern, node });
  return node;
}

/**
 * Prism's own: the pattern is not anchored, so that `{id}.json` matches `7.json5`; and an expression with a sign that
 * means something in a regular expression, as in `{a.b}`, has been escaped before it is looked for and matches only itself.
 */
function patternOf(segment: string): string {
  const escaped = segment.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return escaped.replace(/\\\{[^\\]+\\\}/g, '(.*)');
}

function collect<T>(node: Node<T>, segments: readonly string[], depth: number, found: TemplateMatch<T>[]): void {
  const segment = segments[depth];
  if (segment === undefined) return void found.push(...node.ends);
  const literal = node.literals.get(segment);
  if (literal !== undefined) collect(literal, segments, depth + 1, found);
  for (const { pattern, node: next } of node.expressions.values()) {
    if (pattern === undefined || pattern.test(segment)) collect(next, segments, depth + 1, found);
  }
}
