import { Box } from 'ink';
import { sections, type Screen as ScreenRows } from '../present/screen.ts';
import type { ThemeName } from '../look.ts';
import { Section } from './section.tsx';

/** The sections from top to bottom. They fit the terminal as they are: to clip them costs Ink as much as to draw them. */
export function Screen({
  shown,
  theme,
  columns,
  rows,
}: {
  readonly shown: ScreenRows;
  readonly theme: ThemeName;
  readonly columns: number;
  readonly rows: number;
}) {
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      {sections.map((section) => (
        <Section key={section} rows={shown[section]} theme={theme} />
      ))}
    </Box>
  );
}
