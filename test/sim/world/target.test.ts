import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolveTarget, targetNames, type Estate } from '../../../sim/world/target.ts';

function partsOf(cell: string): string[] {
  return ['alb', 'web/1', 'web/2', 'worker/1', 'aurora/1', 'aurora/2', 'dynamodb', 'sqs'].map(
    (part) => `${cell}/${part}`,
  );
}

function linksOf(cell: string): string[] {
  const inside = ['web/1', 'web/2', 'worker/1'].flatMap((from) =>
    ['aurora', 'dynamodb', 'sqs'].map((to) => `${cell}/${from}->${cell}/${to}`),
  );
  return [`router->${cell}`, `control->${cell}/aurora`, ...inside];
}

const estate: Estate = {
  cells: ['a', 'b'],
  addresses: [...partsOf('a'), ...partsOf('b'), 'router/1', 'map', 'control', 'links/a', 'links/b'],
  links: [...linksOf('a'), ...linksOf('b')],
  auroraRoles: { 'a/aurora/1': 'writer', 'a/aurora/2': 'reader', 'b/aurora/1': 'reader', 'b/aurora/2': 'writer' },
};

function resolved(text: string) {
  const outcome = resolveTarget(text, estate);
  if (!outcome.ok) throw new Error(outcome.error);
  return outcome.value;
}

describe('what a target stands for', () => {
  test('a cell: all its parts but its links, and the links over its border', () => {
    expect(resolved('b')).toEqual({
      text: 'b',
      shape: 'cell',
      cell: 'b',
      addresses: partsOf('b'),
      links: ['router->b', 'control->b/aurora'],
      kind: 'cell',
    });
  });

  test('one part, with the links that lead from it', () => {
    expect(resolved('b/web/1')).toEqual({
      text: 'b/web/1',
      shape: 'part',
      cell: 'b',
      addresses: ['b/web/1'],
      links: ['b/web/1->b/aurora', 'b/web/1->b/dynamodb', 'b/web/1->b/sqs'],
      kind: 'web',
    });
  });

  test.each([
    ['b/web', ['b/web/1', 'b/web/2'], 'b', 'web'],
    ['b/web/*', ['b/web/1', 'b/web/2'], 'b', 'web'],
    ['*/web/1', ['a/web/1', 'b/web/1'], null, 'web'],
    ['*/sqs', ['a/sqs', 'b/sqs'], null, 'sqs'],
    ['b/*', partsOf('b'), 'b', 'cell'],
    ['b/aurora/writer', ['b/aurora/2'], 'b', 'aurora'],
    ['*/aurora/reader', ['a/aurora/2', 'b/aurora/1'], null, 'aurora'],
    ['router/1', ['router/1'], null, 'router'],
    ['router', ['router/1'], null, 'router'],
    ['map', ['map'], null, 'map'],
    ['control', ['control'], null, 'control'],
    ['links/b', ['links/b'], 'b', 'links'],
    [' b/alb ', ['b/alb'], 'b', 'alb'],
  ])('%s', (text, addresses, cell, kind) => {
    expect(resolved(text)).toMatchObject({ addresses, cell, kind });
  });

  test('the alb holds the end of the link from the router', () => {
    expect(resolved('b/alb').links).toEqual(['router->b']);
  });

  test('one of two Aurora instances does not hold the link that leads to both', () => {
    expect(resolved('b/aurora/1').links).toEqual([]);
    expect(resolved('b/aurora').links).toEqual(linksOf('b').filter((link) => link.endsWith('->b/aurora')));
  });

  test.each([
    ['router->b', ['router->b'], 'b'],
    ['router→b', ['router->b'], 'b'],
    ['router->*', ['router->a', 'control->a/aurora', 'router->b'].filter((link) => link.startsWith('router')), null],
    ['b/web/1->b/aurora', ['b/web/1->b/aurora'], 'b'],
    ['b/web->b/sqs', ['b/web/1->b/sqs', 'b/web/2->b/sqs'], 'b'],
    ['*->b/dynamodb', ['b/web/1->b/dynamodb', 'b/web/2->b/dynamodb', 'b/worker/1->b/dynamodb'], 'b'],
  ])('the link %s', (text, links, cell) => {
    expect(resolved(text)).toEqual({ text, shape: 'link', cell, addresses: [], links, kind: 'link' });
  });
});

describe('what is refused', () => {
  test.each([
    ['', 'the target is empty'],
    ['b/wbe/1', 'there is no part or cell "b/wbe/1" (did you mean b/web/1?)'],
    ['b/web/3', 'there is no part or cell "b/web/3" (did you mean b/web/1 or b/web/2?)'],
    ['b/aurora/witer', 'did you mean b/aurora/writer?'],
    ['contrl', 'there is no part or cell "contrl" (did you mean control?)'],
    ['c', 'there is no part or cell "c"; the cells are a, b'],
    ['b/elasticache', 'cell b has alb, web, worker, aurora, dynamodb, sqs'],
    ['warehouse', 'the cells are a, b, outside them there are router/1, map, control'],
    ['*', '"*" would be everything'],
    ['*/*', 'would be everything'],
    ['router-', "put quotes around it ('router->b')"],
    ['router->', "put quotes around it ('router->b')"],
    ['->b', '"->b" is no link: a link is A->B'],
    ['a->b->a', 'is no link'],
    ['rooter->b', 'there is no link "rooter->b" (did you mean router->b?)'],
    ['a->b', 'there is no link "a->b"'],
  ])('%j', (text, sentence) => {
    const outcome = resolveTarget(text, estate);
    expect(outcome).toMatchObject({ ok: false, error: expect.stringContaining(sentence) });
  });

  test('any text is resolved or answered with one sentence', () => {
    const piece = fc.constantFrom('a', 'b', 'web', '1', '*', '/', '->', '-', 'aurora', 'writer', 'router', '\n', '💥');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 9 }).map((words) => words.join('')),
        ),
        (text) => {
          const outcome = resolveTarget(text, estate);
          if (outcome.ok) {
            expect(outcome.value.addresses.length + outcome.value.links.length).toBeGreaterThan(0);
            expect(estate.addresses).toEqual(expect.arrayContaining([...outcome.value.addresses]));
          } else expect(outcome.error).toMatch(/^[^\n]{10,}$/);
        },
      ),
      { numRuns: 500 },
    );
  });
});

test('every name that is offered can be typed', () => {
  for (const name of targetNames(estate)) expect(resolveTarget(name, estate), name).toMatchObject({ ok: true });
});
