import { faultsOfParts } from '../prove/part-faults.ts';
import { testPartFaults } from './play-part-faults.ts';

testPartFaults(faultsOfParts);
