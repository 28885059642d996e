import {
  createInstance,
  type IHttpMockConfig,
  type IHttpRequest,
  type PrismHttpComponents,
} from '@stoplight/prism-http';
import mocker from '@stoplight/prism-http/dist/mocker/index.js';
import router from '@stoplight/prism-http/dist/router/index.js';
import { validateInput, validateSecurity } from '@stoplight/prism-http/dist/validator/index.js';
import { getHttpConfigFromRequest } from '@stoplight/prism-http-server/dist/getHttpConfigFromRequest.js';
import type { JsonObject } from '../contracts/index.ts';
import { asError } from './as-error.ts';
import { generatorSettings } from './generator-settings.ts';
import type { MockOptions } from './mock-options.ts';
import type { PrismAnswer } from './prism-answer.ts';
import { sendCallbacks } from './prism-callbacks.ts';
import { prepareGenerator } from './prism-generator.ts';
import type { PrismDocument, PrismOperation, PrismRoute } from './prism-operations.ts';
import { violationOf, type Diagnostic, type Violation } from './violation.ts';

/** What Prism makes of a request, and what it noted on the way. */
interface PrismResult {
  readonly answer: PrismAnswer | Error | Thrown;
  readonly route?: PrismRoute;
  readonly violations: readonly Violation[];
  readonly refusedCallbacks: readonly string[];
}

/** What Prism did not foresee, and its HTTP server answers with a plain 500. */
interface Thrown {
  readonly thrown: Error;
}

/** One document's answers by Prism's own instance: slow, and what everything else is measured by. */
export interface PrismEngine {
  /** Never rejects. */
  ask(input: IHttpRequest): Promise<PrismResult>;
}

/** What is noted about a request on its way through Prism's components. */
interface Trace {
  route?: PrismRoute;
  readonly violations: Violation[];
  refusedCallbacks: readonly string[];
}

type Logger = PrismHttpComponents['logger'];

export function createPrismEngine(document: PrismDocument, options: MockOptions, logger: Logger): PrismEngine {
  const traces = new WeakMap<IHttpRequest, Trace>();
  const config = configOf(options);
  const generator = generatorSettings(document, options);
  const prism = createInstance(config, components(document, generator, traces, logger));
  return {
    ask: async (input) => {
      const trace: Trace = { violations: [], refusedCallbacks: [] };
      traces.set(input, trace);
      const asked = getHttpConfigFromRequest(input);
      if ('left' in asked) return { ...trace, answer: asked.left };
      const told = Object.fromEntries(Object.entries(asked.right).filter(([, value]) => value !== undefined));
      try {
        // A fresh object for each request: Prism writes the accepted media types into it. The routes are our router's.
        const result = await prism.request(input, [], { ...config, mock: { ...config.mock, ...told } })();
        return { ...trace, answer: 'right' in result ? result.right : result.left };
      } catch (thrown) {
        return { ...trace, answer: { thrown: asError(thrown) } };
      }
    },
  };
}

/** Prism's settings as its command sets them. */
function configOf(options: MockOptions): IHttpMockConfig {
  const { dynamic, ignoreExamples, seed, errors } = options;
  return {
    isProxy: false,
    validateRequest: options.validateRequest !== false,
    validateResponse: true,
    checkSecurity: true,
    errors,
    upstreamProxy: undefined,
    mock: { dynamic, ignoreExamples, ...(seed === undefined ? {} : { seed }) },
  };
}

/** Prism's own components, with ears. */
function components(
  document: PrismDocument,
  generator: JsonObject,
  traces: WeakMap<IHttpRequest, Trace>,
  logger: Logger,
): Partial<PrismHttpComponents> & { logger: Logger } {
  const resources = document.routes.map(resourceOf);
  return {
    logger,
    route: ({ input }) => {
      const found = router.default({ resources, input });
      if ('left' in found) return found;
      const route = document.routes[resources.indexOf(found.right)];
      const trace = traces.get(input);
      if (route === undefined) return found;
      if (trace !== undefined) trace.route = route;
      return attempt(() => route.operation());
    },
    validateInput: (options) => noted(traces, options.element, validateInput(options)),
    validateSecurity: ({ resource, element }) => {
      const result = noted(traces, element, validateSecurity({ resource, element }));
      return 'left' in result ? result : { ...result, right: element };
    },
    mock: ({ resource, input, config }) => {
      if (config.dynamic) prepareGenerator(generator);
      const { callbacks, ...silent } = resource;
      const run = mocker.default({ resource: callbacks === undefined ? resource : silent, input, config });
      if (callbacks === undefined) return run;
      return (logger) => {
        const result = run(logger);
        const trace = traces.get(input.data);
        if ('right' in result && trace !== undefined) {
          trace.refusedCallbacks = sendCallbacks(resource, input.data, result.right, logger);
        }
        return result;
      };
    },
  };
}

/** What the router reads of an operation: servers only where the client names one by `__server`. */
export function resourceOf(route: PrismRoute): PrismOperation {
  const resource = {
    method: route.method,
    path: route.path,
    get servers() {
      return route.operation().servers;
    },
  };
  return resource as PrismOperation;
}

function attempt<T>(run: () => T): { _tag: 'Right'; right: T } | { _tag: 'Left'; left: Error } {
  try {
    return { _tag: 'Right', right: run() };
  } catch (thrown) {
    return { _tag: 'Left', left: asError(thrown) };
  }
}

type Validated = { readonly _tag: 'Right' } | { readonly _tag: 'Left'; readonly left: readonly Diagnostic[] };

function noted<T extends Validated>(traces: WeakMap<IHttpRequest, Trace>, request: IHttpRequest, result: T): T {
  if ('left' in result) traces.get(request)?.violations.push(...result.left.map(violationOf));
  return result;
}
