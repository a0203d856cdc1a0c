exports.value = ;
