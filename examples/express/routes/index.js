'use strict';

const { Router } = require('express');

const router = Router();

router.use('/', require('./pages'));
router.use('/', require('./status'));
router.use('/users', require('./users'));
router.use('/todos', require('./todos'));

module.exports = router;
