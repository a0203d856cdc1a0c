/** For `node --import safe-hot/register`: hot reload for the program that follows. */
export {};
