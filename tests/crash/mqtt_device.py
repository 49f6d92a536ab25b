"""A device that reports on its jobs over MQTT 3.1.1: one request at a time, blocking."""

import json
import socket
import struct

ANSWER_S = 20
CONNECT, CONNACK, PUBLISH, PUBACK = 1, 2, 3, 4


class Refused(Exception):
    """The server answered `rejected`."""


def text(value):
    encoded = value.encode()
    return struct.pack(">H", len(encoded)) + encoded


def packet(kind, flags, body):
    length, remaining = bytearray(), len(body)
    while True:
        remaining, digit = divmod(remaining, 128)
        length.append(digit | 0x80 if remaining else digit)
        if not remaining:
            return bytes([kind << 4 | flags]) + bytes(length) + body


class Device:
    """Raises OSError when the connection breaks."""

    def __init__(self, port, client_id, qos):
        self.qos = qos
        self.packet_id = 0
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input = self.socket.makefile("rb")
        self.socket.sendall(packet(CONNECT, 0, text("MQTT") + bytes([4, 2, 0, 60]) + text(client_id)))
        kind, _, body = self._receive()
        if kind != CONNACK or body[1] != 0:
            raise Refused(f"CONNACK {body!r}")

    def close(self):
        self.input.close()
        self.socket.close()

    def update(self, thing, job, status, details):
        """UpdateJobExecution; the accepted answer."""
        topic = f"$aws/things/{thing}/jobs/{job}/update"
        request = {"status": status, "statusDetails": details, "includeJobExecutionState": True}
        self._publish(topic, json.dumps(request).encode())
        while True:
            kind, flags, body = self._receive()
            if kind != PUBLISH:
                continue
            answered, payload = self._take_publish(flags, body)
            if answered == topic + "/accepted":
                return json.loads(payload)
            if answered == topic + "/rejected":
                raise Refused(f"{topic} {request}: {payload.decode()}")

    def _publish(self, topic, payload):
        head = text(topic)
        if self.qos:
            self.packet_id = self.packet_id % 65535 + 1
            head += struct.pack(">H", self.packet_id)
        self.socket.sendall(packet(PUBLISH, self.qos << 1, head + payload))

    def _take_publish(self, flags, body):
        end = 2 + struct.unpack_from(">H", body)[0]
        topic = body[2:end].decode()
        if flags >> 1 & 3:
            self.socket.sendall(packet(PUBACK, 0, body[end : end + 2]))
            end += 2
        return topic, body[end:]

    def _read(self, count):
        data = self.input.read(count)
        if len(data) != count:
            raise ConnectionResetError("the broker closed the connection")
        return data

    def _receive(self):
        first = self._read(1)[0]
        length = shift = 0
        while True:
            digit = self._read(1)[0]
            length |= (digit & 0x7F) << shift
            shift += 7
            if not digit & 0x80:
                return first >> 4, first & 15, self._read(length)
