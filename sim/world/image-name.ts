/** `[registry/]name[:tag][@digest]`, as Docker reads it. */
export const imagePattern = /^[a-z0-9][\w.\-/:]{0,199}(@sha256:[0-9a-f]{64})?$/;
