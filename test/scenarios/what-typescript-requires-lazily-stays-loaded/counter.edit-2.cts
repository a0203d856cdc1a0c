require('./nowhere.cjs');
