"""`byhand play`: the page in a browser."""

import sys
import webbrowser
from pathlib import Path
from typing import Annotated, Any

import typer

from byhand.cli.common import AsJson, DataSource, Debug, ModelPath, Quiet, command, print_json, say, within


@command
def play(
    model: ModelPath = None,
    data: DataSource = None,
    host: Annotated[
        str,
        typer.Option(help="The address to listen on; with 0.0.0.0, others on the network may come in, with a token."),
    ] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="The port; the first free one from 8784 on if left out.")] = None,
    allow_saving: Annotated[
        bool,
        typer.Option("--allow-saving", help="Visitors from the network may save trainings here, and open saved ones."),
    ] = False,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Open a page to draw on, to look into a network, and to watch one learn. Ctrl-C ends it.

    Example: byhand play --model runs/fast-1
    """
    from byhand.model import load_model, shipped_model
    from byhand.playground.access import new_token, own_address
    from byhand.playground.content import choose_sample
    from byhand.playground.guard import LOOPBACK
    from byhand.playground.server import Playground, listen, serve
    from byhand.training.run_folder import data_of

    if port is not None:
        within("--port", port, 0, 65535)
    path = Path(model or shipped_model("reader"))
    loaded = load_model(path)
    source = data or data_of(model, loaded)
    alone = host in LOOPBACK
    token = None if alone else new_token()
    playground = Playground(
        loaded, path, choose_sample(loaded, source), source, token=token, saving=alone or allow_saving
    )
    listening = listen(host, port)
    address = own_address(host)
    shown = f"[{address}]" if ":" in address else address
    url = f"http://{shown}:{listening.getsockname()[1]}/{f'?token={token}' if token else ''}"
    if as_json:
        answer: dict[str, Any] = {"url": url}
        print_json(answer if alone else answer | {"token": token, "saving": allow_saving})
        sys.stdout.flush()  # the server goes on, and whoever reads this waits for it
    elif not quiet:
        print(f"The page is at {url} (Ctrl-C ends it)", flush=True)
        if not alone:
            _show_code(url)
    if not alone and not quiet:
        say(
            "Whoever on the network has this address can draw, look inside, read photographs and train on this machine "
            + (
                "and save trainings in its folder runs and open what is there."
                if allow_saving
                else "but write no files: --allow-saving lets them save."
            )
        )
    if browser:
        webbrowser.open(url)
    serve(playground, listening, host)


def _show_code(url: str) -> None:
    """Print the address as a QR code, for phones."""
    import segno

    code = segno.make(url, error="l")
    try:
        code.terminal(compact=True, border=2)
    except UnicodeEncodeError:  # a terminal without block characters
        say("This terminal cannot show the address as a QR code.")
    sys.stdout.flush()
