/** The least that a Node process can do: start, say so, wait. */
process.send('ready');
setInterval(() => {}, 60_000);
