/**
 * How `petri attach` knows a container of the Compose file: by these labels and Compose's own. None of them says that Petri may
 * remove it: what Petri itself makes is labelled otherwise (sim/substrate/docker/names.ts).
 */
export const composeLabels = {
  /** Which part it is: `b/web/1`. */
  address: 'dev.petri.address',
  /** The format of the agreement between the file and `petri attach`. */
  format: 'dev.petri.compose',
} as const;

export const composeFormat = '1';

/** The variable of a container's environment that holds the world's secret. */
export const tokenVariable = 'PETRI_TOKEN';
