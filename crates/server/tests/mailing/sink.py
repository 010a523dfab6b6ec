"""A mail server that keeps what it is sent: a line of JSON for each mail, written before it says that it has it.

sink.py PORT FILE DELAY: port 0 takes a free one, which is printed; the delay, in milliseconds, is between keeping a mail
and saying so. A mailbox that begins with `refused` is refused for good, one that begins with `busy` for now.
"""

import asyncio
import email
import email.policy
import json
import sys

from aiosmtpd.smtp import SMTP

port, path, delay = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]) / 1000


class Keep:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused"):
            return "550 5.1.1 There is no such mailbox"
        if address.startswith("busy"):
            return "451 4.3.0 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        kept = {
            "to": envelope.rcpt_tos,
            "id": mail["Message-ID"],
            "subject": mail["Subject"],
            "references": mail["References"],
            "generated": mail["Auto-Submitted"],
            "headers": sorted(mail.keys()),
            "text": mail.get_body(("plain",)).get_content(),
            "html": mail.get_body(("html",)).get_content(),
        }
        with open(path, "a") as file:
            file.write(json.dumps(kept) + "\n")
        await asyncio.sleep(delay)
        return "250 Kept"


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Keep(), enable_SMTPUTF8=True), "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
