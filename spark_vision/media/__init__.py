"""Pictures: bounded decoding, orientation, crops, thumbnails and sanitised copies."""
