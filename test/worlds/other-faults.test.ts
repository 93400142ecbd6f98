import { otherFaults } from '../prove/part-faults.ts';
import { testPartFaults } from './play-part-faults.ts';

testPartFaults(otherFaults);
