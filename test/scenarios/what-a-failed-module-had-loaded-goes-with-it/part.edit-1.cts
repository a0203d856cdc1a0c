throw new Error('still not');
