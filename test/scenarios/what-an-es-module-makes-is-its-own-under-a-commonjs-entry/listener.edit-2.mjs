process.on('ping', Object.assign(() => {}, { app: import.meta.dirname }));
process.on('ping', Object.assign(() => {}, { app: import.meta.dirname }));
