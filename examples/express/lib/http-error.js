'use strict';

/** An error that the client may see, with the status to answer with. */
class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
  }

  static badRequest(message) {
    return new HttpError(400, message);
  }

  static notFound(what) {
    return new HttpError(404, `${what} not found`);
  }
}

module.exports = HttpError;
