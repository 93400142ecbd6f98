import { describe, expect, it } from 'vitest';
import { decide, type Sight } from '../../../cells/aurora/failover.ts';

const follower: Sight = {
  index: 2,
  failoverMs: 1000,
  own: { role: 'reader', generation: 3 },
  volume: { generation: 3, whole: true },
  peer: { kind: 'says', role: 'writer', generation: 3 },
  peerKnown: true,
  leaderlessMs: 0,
  pulselessMs: 60_000,
};
const move = (more: Partial<Sight>) => decide({ ...follower, ...more }).kind;

describe('what an instance does next', () => {
  it('stays a reader while the writer of the current generation answers', () => {
    expect(move({})).toBe('stay');
    expect(move({ leaderlessMs: 60_000 })).toBe('stay');
  });

  it('promotes itself at the second refusal, or after the writer was silent for long enough', () => {
    expect(move({ peer: { kind: 'refused', times: 1 } })).toBe('stay');
    expect(decide({ ...follower, peer: { kind: 'refused', times: 2 } })).toEqual({
      kind: 'promote',
      reason: 'peer gone',
    });
    expect(move({ peer: { kind: 'silent', silentMs: 999 } })).toBe('stay');
    expect(move({ peer: { kind: 'silent', silentMs: 1000 } })).toBe('promote');
  });

  it('takes itself for the one that is cut off where the silent writer lives', () => {
    const silent = { kind: 'silent', silentMs: 60_000 } as const;
    expect(move({ peer: silent, pulselessMs: 999 })).toBe('stay');
    expect(move({ peer: silent, pulselessMs: 1000 })).toBe('promote');
    expect(move({ peer: { kind: 'refused', times: 2 }, pulselessMs: 0 })).toBe('promote');
  });

  it('gives a peer time to fill the generation that it raised', () => {
    const volume = { generation: 4, whole: false };
    expect(move({ volume, peer: { kind: 'silent', silentMs: 4999 } })).toBe('stay');
    expect(move({ volume, peer: { kind: 'silent', silentMs: 5000 } })).toBe('promote');
    expect(move({ volume, peer: { kind: 'refused', times: 2 } })).toBe('promote');
  });

  it('follows a generation as soon as it is whole', () => {
    const peer = { kind: 'says', role: 'writer', generation: 4 } as const;
    expect(move({ volume: { generation: 4, whole: true }, peer })).toBe('follow');
    expect(move({ volume: { generation: 4, whole: false }, peer: { ...peer, role: 'starting' } })).toBe('stay');
    expect(move({ own: { role: 'starting', generation: 0 } })).toBe('follow');
  });

  it('steps down as a writer once a later generation exists, or when the storage is gone', () => {
    const own = { role: 'writer', generation: 3 } as const;
    expect(move({ own })).toBe('stay');
    expect(decide({ ...follower, own, volume: { generation: 4, whole: false } })).toEqual({
      ...{ kind: 'step-down', reason: 'fenced' },
    });
    expect(decide({ ...follower, own, volume: { generation: 0, whole: false } })).toEqual({
      ...{ kind: 'step-down', reason: 'storage gone' },
    });
  });

  it('lets index 1 go first when both start', () => {
    const started = { own: { role: 'starting', generation: 0 }, peerKnown: false } as const;
    const refused = { kind: 'refused', times: 2 } as const;
    expect(move({ ...started, index: 1, peer: refused })).toBe('promote');
    expect(move({ ...started, index: 2, peer: refused })).toBe('follow');
    expect(move({ ...started, index: 2, peer: refused, leaderlessMs: 400 })).toBe('promote');
    const both = { kind: 'says', role: 'reader', generation: 3 } as const;
    expect(move({ index: 1, peer: both, leaderlessMs: 200 })).toBe('promote');
    expect(move({ index: 2, peer: both, leaderlessMs: 200 })).toBe('stay');
    expect(move({ index: 2, peer: both, leaderlessMs: 900 })).toBe('promote');
  });

  it('takes a reader of an older generation for the one that raised the present one, until it has been quiet for long', () => {
    const fenced = {
      index: 1,
      own: { role: 'starting', generation: 0 },
      volume: { generation: 4, whole: true },
    } as const;
    const peer = { kind: 'says', role: 'reader', generation: 3 } as const;
    expect(move({ ...fenced, peer, leaderlessMs: 999 })).toBe('follow');
    expect(move({ ...fenced, peer, leaderlessMs: 1000 })).toBe('promote');
  });

  it('leaves an empty volume to index 1', () => {
    const empty = { own: { role: 'starting', generation: 0 }, volume: { generation: 0, whole: false } } as const;
    const peer = { kind: 'refused', times: 9 } as const;
    expect(move({ ...empty, index: 1, peer })).toBe('promote');
    expect(move({ ...empty, index: 2, peer, leaderlessMs: 4000 })).toBe('stay');
  });
});
