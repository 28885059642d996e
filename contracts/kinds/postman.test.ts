import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { postman } from './postman.ts';

const root = fileURLToPath(new URL('fixtures/postman/', import.meta.url));

describe('a Postman collection', () => {
  test('is read as its operations and the answers that are shown, and said to promise nothing', async () => {
    const { contract, findings } = await postman.parse('collection.json', { root });
    expect(contract).toMatchObject({
      kind: 'postman',
      name: 'bike-hire',
      version: '2.1.0',
      title: 'Bike Hire',
      specification: 'postman 2.1',
    });
    expect(contract.operations.map(({ id, path, summary, where: { line } }) => [id, path, summary, line])).toEqual([
      ['GET /bikes/{bikeId}', '/bikes/{bikeId}', 'One bike', 8],
      ['POST /bikes', '/bikes', 'Add a bike', 15],
      ['GET /', '/', 'Home', 18],
    ]);
    expect(contract.operations[0]?.responses.map(({ status, description }) => [status, description])).toEqual([
      ['200', 'a bike'],
      ['404', 'none'],
    ]);
    expect(findings).toEqual([
      {
        code: 'postman-collection',
        severity: 'info',
        message:
          'a Postman collection shows requests and answers by example, and promises nothing that could be checked',
        fix: 'tally mock collection.json answers from it, tally proxy collection.json URL compares with it; write an OpenAPI document for the rest',
        where: { source: 'collection.json', pointer: '', line: 1, column: 1 },
      },
    ]);
  });

  test('is not confused with an OpenAPI document, which has info and no item', () => {
    expect(postman.recognises({ info: {}, item: [] }, 'a.json')).toBe(true);
    expect(postman.recognises({ openapi: '3.1.0', info: {}, paths: {} }, 'a.json')).toBe(false);
  });
});
