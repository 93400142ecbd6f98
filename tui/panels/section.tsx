import { Box, Transform } from 'ink';
import { memo } from 'react';
import type { ThemeName } from '../look.ts';
import { paint } from '../theme.ts';
import type { Row } from '../present/text.ts';

/**
 * One painted line. It is drawn again only when its text changes. It is as wide as the terminal already, so Ink need not
 * measure, cut and check it in every frame: to Ink it is one blank, which becomes the line when it is written.
 */
const Line = memo(function Line({ text }: { readonly text: string }) {
  return <Transform transform={() => text}> </Transform>;
});

/** Lines below each other. */
export function Section({ rows, theme }: { readonly rows: readonly Row[]; readonly theme: ThemeName }) {
  return (
    <Box flexDirection="column" flexShrink={0}>
      {rows.map((row, index) => (
        // A line has no identity besides its place.
        <Line key={index} text={paint(row, theme)} />
      ))}
    </Box>
  );
}
