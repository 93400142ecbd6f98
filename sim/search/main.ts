import { play } from './play.ts';
import { serveSearch } from './serve.ts';

serveSearch(play);
