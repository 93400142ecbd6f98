import { glyphSets } from '../../tui/glyphs.ts';
import type { View } from '../../tui/present/view.ts';

/** A view of the screen with nothing pressed yet, in ASCII. */
export function fakeView(columns: number, rows: number, differing: Partial<View> = {}): View {
  return {
    columns,
    rows,
    glyphs: glyphSets.ascii,
    pickedCell: null,
    pickedPart: null,
    filter: '',
    hidden: false,
    heldForMs: null,
    connection: { kind: 'live' },
    overlay: null,
    scroll: 0,
    prompt: null,
    commands: [],
    pickedCommand: 0,
    readOnly: false,
    grown: true,
    word: 'petri',
    nameFlag: '',
    playback: null,
    ...differing,
  };
}
