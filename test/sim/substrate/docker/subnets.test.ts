import { describe, expect, it } from 'vitest';
import { freeSubnets, routedSubnets } from '../../../../sim/substrate/docker/subnets.ts';

describe('free subnets', () => {
  it('follow each other from where the search begins', () => {
    expect(freeSubnets([], 3, 256 * 81 + 255)).toEqual(['10.81.255.0/24', '10.82.0.0/24', '10.82.1.0/24']);
  });

  it('go round the end of 10.0.0.0/8', () => {
    expect(freeSubnets([], 2, 2 ** 16 - 1)).toEqual(['10.255.255.0/24', '10.0.0.0/24']);
  });

  it('lie neither in a larger network that is taken nor around a smaller one', () => {
    expect(freeSubnets(['10.1.0.0/16', '10.2.0.64/26', '172.17.0.0/16', 'fd00::/64'], 1, 256)).toEqual(['10.2.1.0/24']);
  });

  it('are fewer than wanted where all is taken', () => {
    expect(freeSubnets(['10.0.0.0/8'], 2, 0)).toEqual([]);
  });
});

describe('routed subnets', () => {
  it('are those of /proc/net/route, without the default route', () => {
    const table = [
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
      'eth0\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0',
      'tun0\t0000080A\t00000000\t0001\t0\t0\t50\t0000FCFF\t0\t0\t0',
      'eth0\t0000A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0',
      '',
    ].join('\n');
    expect(routedSubnets(table)).toEqual(['10.8.0.0/14', '192.168.0.0/24']);
  });
});
