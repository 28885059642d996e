import { carriageWithin, type Carriage, type CarriedAs } from './carried-as.ts';
import { comparePair } from './compare-pair.ts';
import { formOf, type SchemaDocument } from './read-schema.ts';
import { samenessOf, type Sameness } from './same-schema.ts';
import { severityOf, type Comparer, type Difference, type Pair, type Relation } from './schema-difference.ts';

/**
 * The pairs of schemas of two documents, each compared once and only when something reaches it. A pair leads to those
 * further down, often in a circle; what differs is told by the pair where it stands, so that a circle needs no end.
 */
export interface PairGraph {
  readonly base: SchemaDocument;
  readonly revision: SchemaDocument;
  readonly comparerFor: (carriage: Carriage) => Comparer;
  readonly sameness: Sameness;
  readonly nodes: Map<string, Node>;
  /** How many pairs are being compared. While one is, it is taken for the same where it is reached again. */
  open: number;
  /** How often that happened: what was found meanwhile holds only as long as that pair is open. */
  assumptions: number;
  readonly provisional: Set<Node>;
}

interface Node {
  readonly pair: Pair;
  readonly carriage: Carriage;
  readonly isUnchanged: boolean;
  /** No difference is reached from here. */
  isClean: boolean;
  isOpen: boolean;
  compared?: Compared | undefined;
  relation?: Relation | undefined;
}

interface Compared {
  readonly differences: readonly Difference[];
  readonly edges: readonly Edge[];
}

interface Edge {
  readonly node: Node;
  readonly path: string;
  readonly about: string | undefined;
}

/** A difference and where it is reached. */
export interface Reached {
  readonly difference: Difference;
  readonly path: string;
  readonly about: string | undefined;
}

export function createPairGraph(
  base: SchemaDocument,
  revision: SchemaDocument,
  direction: Comparer['direction'],
): PairGraph {
  const comparers = new Map<Carriage, Comparer>();
  const comparerFor = (carriage: Carriage): Comparer => {
    const relate = (pair: Pair): Relation => relationOf(graph, nodeFor(graph, pair, carriage));
    const breaks = (pair: Pair): boolean => doesBreak(graph, nodeFor(graph, pair, carriage), direction);
    const unchanged = (pair: Pair): boolean => isUnchanged(graph, pair);
    const comparer = comparers.get(carriage) ?? {
      base,
      revision,
      direction,
      carriage,
      relate,
      breaks,
      isUnchanged: unchanged,
    };
    comparers.set(carriage, comparer);
    return comparer;
  };
  const graph: PairGraph = {
    base,
    revision,
    comparerFor,
    sameness: samenessOf(base, revision),
    nodes: new Map(),
    open: 0,
    assumptions: 0,
    provisional: new Set(),
  };
  return graph;
}

/** Every difference that is reached, breadth first: each pair once, by its shortest path. */
export function differencesFrom(graph: PairGraph, pair: Pair, carriedAs: CarriedAs): Iterable<Reached> {
  return walk(graph, nodeFor(graph, pair, carriedAs));
}

function nodeFor(graph: PairGraph, pair: Pair, carriage: Carriage): Node {
  const key = `${carriage}\r${pair.base.join('\n')}\r${pair.revision.join('\n')}`;
  const known = graph.nodes.get(key);
  if (known !== undefined) return known;
  const node = { pair, carriage, isUnchanged: isUnchanged(graph, pair), isClean: false, isOpen: false };
  graph.nodes.set(key, node);
  return node;
}

function isUnchanged({ sameness }: PairGraph, { base, revision }: Pair): boolean {
  if (base.length !== revision.length) return false;
  return base.every((part, at) => {
    const other = revision[at] ?? '';
    const areSchemas = part.startsWith('#') && other.startsWith('#');
    return areSchemas ? sameness(part.slice(1), other.slice(1)) : part === other;
  });
}

function* walk(graph: PairGraph, start: Node): Generator<Reached, void> {
  const seen = new Set<Node>();
  const waiting: Edge[] = [{ node: start, path: '', about: undefined }];
  const assumptions = graph.assumptions;
  let count = 0;
  for (let at = 0; at < waiting.length; at++) {
    const edge = waiting[at];
    if (edge === undefined || edge.node.isUnchanged || edge.node.isClean || seen.has(edge.node)) continue;
    seen.add(edge.node);
    if (edge.node.isOpen) {
      graph.assumptions += 1;
      continue;
    }
    const { differences, edges } = compareOnce(graph, edge.node);
    count += differences.length;
    for (const difference of differences) yield { difference, path: edge.path, about: edge.about };
    for (const next of edges) {
      const { node } = next;
      if (node.isUnchanged || node.isClean || seen.has(node)) continue;
      const about = next.about ?? (next.path === '' ? edge.about : undefined);
      waiting.push({ node, path: edge.path + next.path, about });
    }
  }
  if (count === 0 && graph.assumptions === assumptions) for (const node of seen) node.isClean = true;
}

function compareOnce(graph: PairGraph, node: Node): Compared {
  if (node.compared !== undefined) return node.compared;
  const assumptions = graph.assumptions;
  open(graph, node);
  const { differences, steps } = comparePair(graph.comparerFor(node.carriage), node.pair);
  const forms = [formOf(graph.base, node.pair.base), formOf(graph.revision, node.pair.revision)];
  const within = carriageWithin(node.carriage, forms);
  const edges = steps.map((step) => {
    const next = nodeFor(graph, step, step.path === '' ? node.carriage : within);
    return { node: next, path: step.path, about: step.about };
  });
  close(graph, node);
  node.compared = { differences, edges };
  if (graph.open > 0 && graph.assumptions !== assumptions) graph.provisional.add(node);
  return node.compared;
}

function open(graph: PairGraph, node: Node): void {
  node.isOpen = true;
  graph.open += 1;
}

/** What was found on an assumption is forgotten with it. */
function close(graph: PairGraph, node: Node): void {
  node.isOpen = false;
  graph.open -= 1;
  if (graph.open > 0) return;
  for (const each of graph.provisional) {
    each.compared = undefined;
    each.relation = undefined;
  }
  graph.provisional.clear();
}

/** By all differences that are reached; those without an effect do not count. */
function relationOf(graph: PairGraph, node: Node): Relation {
  if (node.relation !== undefined) return node.relation;
  const assumptions = graph.assumptions;
  let [narrows, widens] = [false, false];
  for (const { difference } of walk(graph, node)) {
    narrows ||= difference.effect === 'narrows' || difference.effect === 'changes';
    widens ||= difference.effect === 'widens' || difference.effect === 'changes';
    if (narrows && widens) break;
  }
  node.relation = { narrows, widens };
  if (graph.assumptions !== assumptions) graph.provisional.add(node);
  return node.relation;
}

function doesBreak(graph: PairGraph, node: Node, direction: Comparer['direction']): boolean {
  for (const { difference } of walk(graph, node)) if (severityOf(difference, direction) === 'error') return true;
  return false;
}
