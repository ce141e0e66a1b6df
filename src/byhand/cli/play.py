"""`byhand play`: the page in a browser."""

import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from byhand.cli.common import AsJson, DataSource, Debug, ModelPath, Quiet, command, print_json, say, within


@command
def play(
    model: ModelPath = None,
    data: DataSource = None,
    host: Annotated[str, typer.Option(help="The address to listen on; others may reach 0.0.0.0.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="The port; the first free one from 8784 on if left out.")] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Open a page to draw on, to look into a network, and to watch one learn. Ctrl-C ends it.

    Example: byhand play --model runs/fast-1
    """
    from byhand.model import load_model, shipped_model
    from byhand.playground.content import choose_sample
    from byhand.playground.server import Playground, listen, serve
    from byhand.training.run_folder import data_of

    if port is not None:
        within("--port", port, 0, 65535)
    path = Path(model or shipped_model("reader"))
    loaded = load_model(path)
    source = data or data_of(model, loaded)
    playground = Playground(loaded, path.resolve().stem, choose_sample(loaded, source), source)
    listening = listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{listening.getsockname()[1]}/"
    if as_json:
        print_json({"url": url})
        sys.stdout.flush()  # the server goes on, and whoever reads this waits for it
    elif not quiet:
        print(f"The page is at {url} (Ctrl-C ends it)", flush=True)
    if host not in {"127.0.0.1", "::1", "localhost"} and not quiet:
        say("Others on the network can reach the page and train on this machine.")
    if browser:
        webbrowser.open(url.replace("0.0.0.0", "127.0.0.1"))
    serve(playground, listening, host)
