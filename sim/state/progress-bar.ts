const barWidth = 24;

/** `GROWING [########................] 12 of 34` */
export function progressBar(done: number, total: number): string {
  const full = total > 0 ? Math.round((Math.min(done, total) / total) * barWidth) : 0;
  return `GROWING [${'#'.repeat(full)}${'.'.repeat(barWidth - full)}] ${done} of ${total}`;
}
