import { auroraFailover } from './aurora-failover.ts';
import { badRelease } from './bad-release.ts';
import { bandwidth } from './bandwidth.ts';
import { clockSkewed } from './clock-skewed.ts';
import { controlDown } from './control-down.ts';
import { cpuStarved } from './cpu-starved.ts';
import { crashLoop } from './crash-loop.ts';
import { diskFull } from './disk-full.ts';
import { disconnect } from './disconnect.ts';
import { errorAnswers } from './error-answers.ts';
import type { FaultKind } from './fault.ts';
import { kill } from './kill.ts';
import { latency } from './latency.ts';
import { mapCorrupt } from './map-corrupt.ts';
import { mapDown } from './map-down.ts';
import { mapStale } from './map-stale.ts';
import { memoryStarved } from './memory-starved.ts';
import { outOfMemory } from './out-of-memory.ts';
import { packetLoss } from './packet-loss.ts';
import { partition } from './partition.ts';
import { pause } from './pause.ts';
import { powerLoss } from './power-loss.ts';
import { queueEngineKilled } from './queue-engine-killed.ts';
import { queueEngineStalled } from './queue-engine-stalled.ts';
import { readOnly } from './read-only.ts';
import { reset } from './reset.ts';
import { slowClose } from './slow-close.ts';
import { slowDisk } from './slow-disk.ts';
import { stall } from './stall.ts';
import { stop } from './stop.ts';
import { storageWiped } from './storage-wiped.ts';

/** Every kind of fault, in the order in which `petri fault --help` lists them. */
export const faultKinds: readonly FaultKind[] = [
  kill,
  stop,
  crashLoop,
  pause,
  partition,
  latency,
  packetLoss,
  bandwidth,
  stall,
  slowClose,
  reset,
  errorAnswers,
  diskFull,
  slowDisk,
  readOnly,
  storageWiped,
  powerLoss,
  clockSkewed,
  auroraFailover,
  queueEngineKilled,
  queueEngineStalled,
  mapDown,
  controlDown,
  mapStale,
  mapCorrupt,
  disconnect,
  cpuStarved,
  memoryStarved,
  outOfMemory,
  badRelease,
];
