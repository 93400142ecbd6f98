import { expect, test } from 'vitest';
import { hashText } from '../../../cells/sheets/hash.ts';
import { valueText } from '../../../cells/sheets/etag.ts';
import { History, judge, verdictOn, violatedBy, type Sent } from './history.ts';

/** A service that tells no versions: reads show a value's hash, writes say that they are done. */
class ValueHistory extends History {
  readonly shown = new Map<string, unknown>();

  ack(sent: Sent): void {
    this.answer(sent, { etag: null, version: null });
  }

  done(tenant: string, row: string): Sent {
    const sent = this.send('write', tenant, row);
    this.shown.set(`${tenant} ${row}`, sent.value);
    this.ack(sent);
    return sent;
  }

  show(sent: Sent, value: unknown): void {
    const hash = value === null ? null : hashText(valueText(value));
    this.answer(sent, { status: 200, etag: null, version: null, valueHash: hash });
  }

  look(tenant: string, row: string, options: Partial<Sent> = {}): Sent {
    const sent = this.send('read', tenant, row, options);
    this.show(sent, this.shown.get(`${tenant} ${row}`) ?? null);
    return sent;
  }
}

test('a correct history of values holds, with overlaps and doubts', () => {
  const history = new ValueHistory();
  history.look('t1', 's1/r1');
  history.done('t1', 's1/r1');
  const overlapped = history.send('write', 't1', 's1/r1');
  history.look('t1', 's1/r1');
  history.shown.set('t1 s1/r1', overlapped.value);
  history.look('t1', 's1/r1');
  history.ack(overlapped);
  const doubtful = history.send('write', 't1', 's1/r1');
  history.timeout(doubtful, true);
  history.look('t1', 's1/r1');
  history.shown.set('t1 s1/r1', doubtful.value);
  history.look('t1', 's1/r1', { purpose: 'final' });
  history.look('t1', 's1/r1', { purpose: 'final' });
  expect(violatedBy(history)).toEqual([]);
  expect(verdictOn('no-lost-write', judge(history)).state).toBe('held');
});

test('a final read that shows a value that was replaced finds the later one lost', () => {
  const history = new ValueHistory();
  const first = history.done('t1', 's1/r1');
  const second = history.done('t1', 's1/r1');
  history.show(history.send('read', 't1', 's1/r1', { purpose: 'final' }), first.value);
  expect(violatedBy(history)).toEqual(['no-lost-write', 'row-order']);
  expect(verdictOn('no-lost-write', judge(history)).violations[0]?.request).toBe(second.request);
});

test('reads that go back have no order', () => {
  const history = new ValueHistory();
  const first = history.done('t1', 's1/r1');
  const second = history.send('write', 't1', 's1/r1');
  history.show(history.send('read', 't1', 's1/r1'), second.value);
  history.show(history.send('read', 't1', 's1/r1'), first.value);
  history.ack(second);
  expect(violatedBy(history)).toEqual(['row-order']);
});

test("a value that nobody sent is a phantom, a refused one took effect, and another tenant's is a breach of isolation", () => {
  const phantom = new ValueHistory();
  phantom.done('t1', 's1/r1');
  phantom.show(phantom.send('read', 't1', 's1/r1'), 'out of nowhere');
  expect(violatedBy(phantom)).toContain('no-phantom');
  const other = new ValueHistory();
  const theirs = other.done('t2', 's1/r1');
  other.done('t1', 's1/r1');
  other.show(other.send('read', 't1', 's1/r1'), theirs.value);
  expect(violatedBy(other)).toContain('isolation');
  expect(violatedBy(other)).not.toContain('no-phantom');
});

test('a row on which too many operations overlap is unknown', () => {
  const history = new ValueHistory();
  const writes = Array.from({ length: 20 }, () => history.send('write', 't1', 's1/r1'));
  const read = history.send('read', 't1', 's1/r1');
  for (const write of writes) history.ack(write);
  history.show(read, null);
  history.show(history.send('read', 't1', 's1/r1'), 'out of nowhere');
  expect(verdictOn('row-order', judge(history)).state).toBe('unknown');
});
