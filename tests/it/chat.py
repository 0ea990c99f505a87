"""Reads messages for Slack and LINE by the models of their makers; prints what is lost or refused."""
import json
import sys

from linebot.v3.messaging.models import BroadcastRequest, PushMessageRequest
from slack_sdk.models.blocks import Block

# In these nothing is a link, a mention or markup.
LITERAL = {"header", "plain_text", "context", "rich_text", "rich_text_section", "rich_text_list", "rich_text_preformatted", "text"}


def types(value):
    if isinstance(value, dict):
        yield from [value["type"]] if "type" in value else []
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from types(inner)


def given(value):
    """Without what the message leaves to the API."""
    if isinstance(value, dict):
        return {key: given(inner) for key, inner in value.items() if inner is not None}
    return [given(inner) for inner in value] if isinstance(value, list) else value


for name in sys.argv[1:]:
    message = json.load(open(name, encoding="utf-8"))
    if ".slack." in name:
        # Making a dictionary validates.
        if [block.to_dict() for block in Block.parse_all(message["blocks"])] != message["blocks"]:
            print(name, "loses something")
        if others := set(types(message["blocks"])) - LITERAL:
            print(name, others)
        if set(message) - {"text", "unfurl_links", "unfurl_media", "blocks"}:
            print(name, message.keys())
    else:
        for request in (BroadcastRequest.from_dict(message), PushMessageRequest.from_dict({"to": "C0123", **message})):
            if given(request.to_dict())["messages"] != message["messages"]:
                print(name, "loses something")
