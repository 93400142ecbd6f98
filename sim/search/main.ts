import { play } from './play.ts';
import { serveSearch } from './serve.ts';

// Nobody reads the traces of the errors that a world's parts tell each other, and they are thousands.
Error.stackTraceLimit = 0;
serveSearch(play);
