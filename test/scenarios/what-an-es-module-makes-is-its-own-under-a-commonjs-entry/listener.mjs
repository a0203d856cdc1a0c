process.on('ping', Object.assign(() => {}, { app: import.meta.dirname }));
