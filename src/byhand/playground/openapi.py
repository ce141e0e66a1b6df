"""The server described for other programs, as OpenAPI 3.1: what can be asked, and what is answered.

https://spec.openapis.org/oas/v3.1.0
"""

from importlib.metadata import version
from typing import Any

from byhand.playground.bodies import LARGEST_PICTURE, LARGEST_SETTINGS
from byhand.playground.trainings import COMMANDS, default_settings

Schema = dict[str, Any]
REFUSALS = {
    "400": "What was sent cannot work; the sentence says why.",
    "401": "On a network address: the token is missing or wrong.",
    "403": "Another site's page asks, the Host is unknown, or a program did not say what it sends.",
    "404": "There is no such model.",
    "405": "Another method is needed.",
    "408": "The body came too slowly.",
    "409": "The training has ended.",
    "413": "The body is too large.",
    "415": "This is no picture.",
    "500": "The work broke off, or byhand failed.",
    "503": "Too many ask at once: come again after as many seconds as Retry-After says.",
}
PICTURE_KINDS = ("image/jpeg", "image/png", "image/webp", "image/heic", "image/gif", "image/bmp", "image/tiff",
                 "application/octet-stream")  # fmt: skip


def description() -> Schema:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "byhand",
            "version": version("byhand"),
            "description": (
                "The server behind `byhand play`. A picture is read with `curl --data-binary @photo.jpg -H "
                "'Content-Type: image/jpeg' http://127.0.0.1:8784/read`. On a network address, each request carries "
                "the token: `Authorization: Bearer TOKEN`."
            ),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{}, {"token": []}],
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "responses": {_name(status): _refusal(status) for status in REFUSALS},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _paths() -> Schema:
    model = _parameter("model", "path", "A model's name, one of `models` in content.json.")
    training = _parameter("name", "path", "The training's secret name, which its first event gives.")
    network = _get("A network: its layers, and its parameters as float32 in base64.", _json("Network"), 400, 404)
    layout = _get("The sample laid out as each layer sees it; takes seconds.", _json("Map"), 400, 404, 500, 503)
    own_training = {"parameters": [training]}
    of_model = {"parameters": [model]}
    return {
        "/": _get("The page.", _content("text/html", {"type": "string"})),
        "/openapi.json": _get("This description.", _content("application/json", {"type": "object"})),
        "/content.json": _get("What the page shows first.", _json("Content")),
        "/read": _read("Read the digits in a picture.", ("model",)),
        "/models/{model}/read": of_model | _read("Read the digits in a picture with one of the models.", ()),
        "/models/{model}/model.json": of_model | network,
        "/models/{model}/map.json": of_model | layout,
        "/usual": _post("What goes with some settings.", {"settings": _ref("Settings")}, _json("Usual")),
        "/trainings": _post(
            "Start a training. The answer is a stream of server-sent events, each a JSON object: first the "
            "training's name, then its reports. The training ends when the stream is closed.",
            {"settings": _ref("Settings"), "paused": {"type": "boolean"}},
            _content("text/event-stream", {"type": "string"}),
            503,
        ),
        "/trainings/{name}": own_training
        | _post(
            "Steer a training: `rate` sets the learning rate, `delay` the seconds after each batch.",
            {"do": {"enum": list(COMMANDS)}, "value": {"type": "number", "minimum": 0, "maximum": 1_000_000}},
            _content("application/json", {"type": "object", "maxProperties": 0}),
            409,
            required=("do",),
        ),
        "/trainings/{name}/model.json": own_training | network,
        "/trainings/{name}/map.json": own_training | layout,
        "/trainings/{name}/read": own_training | _read("Read a picture with the network as it is now.", ()),
        "/trainings/{name}/model.safetensors": own_training
        | _get("The model file.", _content("application/octet-stream", {}), 400),
        "/trainings/{name}/model.html": own_training
        | _get("The network as one HTML file.", _content("text/html", {"type": "string"}), 400, 500, 503),
        "/trainings/{name}/save": own_training
        | _post("Keep it in a run folder on the server's machine.", {}, _json("Saved")),
    }


def _get(summary: str, answer: Schema, *refusals: int) -> Schema:
    return {"get": {"summary": summary, "responses": {"200": answer} | _refusals(401, 403, *refusals)}}


def _post(summary: str, properties: Schema, answer: Schema, *refusals: int, required: tuple[str, ...] = ()) -> Schema:
    body: Schema = {"type": "object", "properties": properties}
    if required:
        body["required"] = list(required)
    return {
        "post": {
            "summary": f"{summary} At most {LARGEST_SETTINGS:,} bytes.",
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": {"200": answer} | _refusals(400, 401, 403, 408, 413, 503, *refusals),
        }
    }


def _read(summary: str, more: tuple[str, ...]) -> Schema:
    switch = {"type": "boolean", "default": False}
    parameters = [
        _parameter("single", "query", "The picture holds exactly one digit.", switch),
        _parameter("signs", "query", "Look for points and minus signs, too.", switch),
        _parameter("table", "query", "Give the text of each cell of the one ruled table.", switch),
        _parameter("images", "query", "Give each digit as the network saw it.", switch),
        _parameter("region", "query", "Read only this part: LEFT,TOP,RIGHT,BOTTOM, in pixels or per cent."),
        *(_parameter(name, "query", "The model that reads; else the one that byhand play was given.") for name in more),
    ]
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in PICTURE_KINDS}
    return {
        "post": {
            "summary": summary,
            "description": f"At most {LARGEST_PICTURE:,} bytes.",
            "parameters": parameters,
            "requestBody": {"required": True, "content": content},
            "responses": {"200": _json("Reading")} | _refusals(400, 401, 403, 404, 408, 413, 415, 500, 503),
        }
    }


def _parameter(name: str, place: str, text: str, schema: Schema | None = None) -> Schema:
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "description": text,
        "schema": schema or {"type": "string", **({"minLength": 1} if place == "path" else {})},
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _content(kind: str, schema: Schema) -> Schema:
    return {"description": "Done.", "content": {kind: {"schema": schema}}}


def _json(name: str) -> Schema:
    return _content("application/json", _ref(name))


def _name(status: str) -> str:
    return f"Refused{status}"


def _refusals(*statuses: int) -> Schema:
    return {str(status): {"$ref": f"#/components/responses/{_name(str(status))}"} for status in sorted(set(statuses))}


def _refusal(status: str) -> Schema:
    answer = {"description": REFUSALS[status], "content": {"application/json": {"schema": _ref("Error")}}}
    if status == "503":
        whole = {"type": "integer", "minimum": 0}
        answer["headers"] = {"Retry-After": {"description": "Seconds.", "required": True, "schema": whole}}
    return answer


def _object(properties: Schema, optional: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _schemas() -> Schema:
    text, truth = {"type": "string"}, {"type": "boolean"}
    number, whole = {"type": "number"}, {"type": "integer"}
    box = {"type": "array", "items": whole, "minItems": 4, "maxItems": 4, "description": "left, top, right, bottom"}
    share = {"type": "number", "minimum": 0, "maximum": 1}
    digit = {
        "digit": {"description": "0 to 9, or the label that the model has for it."},
        "confidence": share, "box": box, "sure": truth, "image": text,
    }  # fmt: skip
    cell = {"row": whole, "column": whole, "box": box, "text": text, "sure": truth}
    settings = {name: {"description": f"Usually {value!r}."} for name, value in default_settings().items()}
    points = _list(whole)
    return {
        "Error": _object({"error": {"type": "string", "description": "One sentence."}}),
        "Reading": _object(
            {
                "text": text,
                "lines": _list(text),
                "digits": _list(_object(digit, ("image",))),
                "other": _list(_object({"box": box, "kind": text})),
                "size": {"type": "array", "items": whole, "minItems": 2, "maxItems": 2},
                "signs": _list(_object({"sign": text, "box": box})),
                "cells": _list(_object(cell)),
            },
            ("signs", "cells"),
        ),
        "Network": {"type": "object", "required": ["name", "sizes", "activation", "labels", "parameters"]},
        "Map": _list(_object({"name": text, "pca": points, "tsne": points})),
        "Content": {"type": "object", "required": ["live", "model", "models", "sample", "settings", "saving"]},
        "Settings": {"type": "object", "properties": settings},
        "Usual": _object({"learning_rate": number, "momentum": number}),
        "Saved": _object({"folder": text}),
    }
