/** Something that set-up needs is not there. Its message is one sentence that says what to do; the exit code is 69. */
export class Unavailable extends Error {}
