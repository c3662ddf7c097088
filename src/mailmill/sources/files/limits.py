"""The sizes that bound the work on files, each with its reason."""

BATCH_MESSAGES = 100
"""Mails in one batch: what one parse call and one commit take comfortably."""

BATCH_BYTES = 4 * 1024 * 1024
"""Bytes of mail in one batch, spans included: keeps a batch's bytes small in every process that touches it."""

CHUNK_BYTES = 1024 * 1024
"""Bytes read at a time: large enough that reading costs nothing beside searching, small enough to stay in cache."""

SAMPLE_BYTES = 4 * 1024 * 1024
"""Beginning of a file from which its dialect is told: about 150 mails of the usual size."""

SNIFF_BYTES = 8 * 1024
"""Beginning of a file from which its type is told: longer than the header of most mails."""

HEAD_BYTES = 64 * 1024
"""Longest header that is looked into for Gmail's headers and Content-Length."""

FROM_LINE_BYTES = 1024
"""Longest line that can be a From_ line; addresses are at most 254 bytes, dates about 30."""

FINGERPRINT_BYTES = 4096
"""Beginning of a file by which it is known again: it holds at least the first mail's ids and dates."""

MAIL_BYTES = 128 * 1024 * 1024
"""Largest mail delivered: providers stop at 50 MB (70 MB encoded), Google at 150 MB; memory must hold one whole."""

ARCHIVE_ENTRIES = 100_000
"""Entries of one zip or tar: a zip's directory is held in memory, about 60 MB for so many."""

ARCHIVE_DIRECTORY_BYTES = 32 * 1024 * 1024
"""Size of a zip's directory: what 100,000 entries with long names take."""

ARCHIVE_RATIO = 200
"""Unpacked bytes for one packed byte: mail packs 2 to 50 fold, deflate ends at 1,032."""

ARCHIVE_RATIO_FREE_BYTES = 16 * 1024 * 1024
"""Unpacked bytes before the ratio counts: short runs of equal bytes are no attack."""

TAR_HEADER_BYTES = 1024 * 1024
"""Longest extended header of a tar entry: it holds names, of at most a few thousand bytes."""

TREE_DEPTH = 64
"""Folders within folders: far more than anybody keeps, far less than Python's stack."""
