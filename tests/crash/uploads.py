"""Uploads to the artefact store: what a crash test knows of an object, and somebody who uploads."""

import hashlib
import re

PART_LEAST = 5 << 20  # of all parts of a multipart upload but the last
SIZE_MOST = 3 << 20
KEYS = 5


class Artefact:
    """Facts: None, or the MD5 of what is there."""

    def __init__(self, bucket, key):
        self.name = f"/_s3/{bucket}/{key}"
        self.acknowledged = None
        self.in_flight = None

    def look(self, api):
        status, _, content = api.ask_raw("GET", self.name)
        return {200: hashlib.md5(content).hexdigest(), 404: None}.get(status, f"status {status}")


class Uploader:
    """Puts, replaces and deletes objects of its own bucket. `change(subject, facts, act)` runs `act` and takes down what it promises."""

    def __init__(self, api, bucket, rng, subject, change):
        self.api, self.bucket, self.rng, self.change = api, bucket, rng, change
        self.must("PUT", f"/_s3/{bucket}")
        self.artefacts = [subject(Artefact(bucket, f"folder/{n}.bin")) for n in range(KEYS)]

    def must(self, method, path, body=b""):
        status, headers, content = self.api.ask_raw(method, path, body)
        if status not in (200, 204):
            raise RuntimeError(f"{method} {path} answered {status}: {content[:300].decode(errors='replace')}")
        return headers, content.decode()

    def act(self):
        artefact = self.rng.choice(self.artefacts)
        kind = self.rng.choice((self.put, self.put, self.put, self.put_parts, self.begin_parts, self.delete))
        kind(artefact)

    def put(self, artefact):
        content = self.rng.randbytes(self.rng.randrange(SIZE_MOST))
        facts = hashlib.md5(content).hexdigest()
        self.change(artefact, facts, lambda: self.must("PUT", artefact.name, content))

    def delete(self, artefact):
        self.change(artefact, None, lambda: self.must("DELETE", artefact.name))

    def begin_parts(self, artefact):
        """Which changes nothing."""
        _, text = self.must("POST", f"{artefact.name}?uploads")
        upload = re.search("<UploadId>(.+)</UploadId>", text)[1]
        contents = [self.rng.randbytes(size) for size in (PART_LEAST, self.rng.randrange(1, SIZE_MOST))]
        etags = []
        for number, content in enumerate(contents, 1):
            headers, _ = self.must("PUT", f"{artefact.name}?uploadId={upload}&partNumber={number}", content)
            etags.append(headers["ETag"])
        return upload, etags, b"".join(contents)

    def put_parts(self, artefact):
        upload, etags, content = self.begin_parts(artefact)
        parts = "".join(f"<Part><PartNumber>{n}</PartNumber><ETag>{etag}</ETag></Part>" for n, etag in enumerate(etags, 1))
        body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
        facts = hashlib.md5(content).hexdigest()
        self.change(artefact, facts, lambda: self.must("POST", f"{artefact.name}?uploadId={upload}", body))
