"""The command line: `tfconvkit demo`, `audit`, `port`, `convert` and `doctor`.

Keras is imported inside the function that runs a command, so that `--help` and `--version` answer at once.
"""

import argparse
import sys
from collections.abc import Callable
from typing import NamedTuple

import tfconvkit


class Command(NamedTuple):
    """One sub-command.

    Args:
        name: What the user types.
        help: One line for the list of commands.
        add_arguments: Called with the command's parser, adds its arguments.
        run: Called with the parsed arguments, returns the exit status.
        extra: The extra of the package that brings what the command needs beyond the package itself.
    """

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    extra: str | None = None


class _Parser(argparse.ArgumentParser):
    """Reports a wrong argument in one line, without the usage text."""

    def error(self, message):
        _report_error(message)
        raise SystemExit(2)


class _Listing(argparse.Action):
    """Sets a flag with which another argument is not needed.

    That one cannot be optional by itself: argparse fills all optional positions at the first of them.
    """

    def __init__(self, *args, waives, **kwargs):
        super().__init__(*args, nargs=0, **kwargs)
        self.waives = waives

    def __call__(self, parser, namespace, values, option_string=None):
        setattr(namespace, self.dest, True)
        self.waives.required = False


def main(arguments=None):
    """Run the command line and return its exit status.

    Args:
        arguments: List of strings; the arguments of the process when None.
    """
    parser = _parser()
    parsed = parser.parse_args(arguments)
    if parsed.command is None:
        parser.print_help()
        return 2
    return _run(parsed.command, parsed)


def _parser():
    parser = _Parser(prog="tfconvkit", description=tfconvkit.__doc__.splitlines()[0])
    parser.add_argument("--version", action="version", version=f"%(prog)s {tfconvkit.__version__}")
    parser.add_argument("--traceback", action="store_true", help="show the traceback of an error")
    parser.set_defaults(command=None)
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in COMMANDS:
        subparser = subparsers.add_parser(command.name, help=command.help, description=command.help)
        subparser.set_defaults(command=command)
        command.add_arguments(subparser)
    return parser


def _run(command, parsed):
    try:
        return command.run(parsed)
    except ModuleNotFoundError as error:
        if parsed.traceback or not _is_optional(error, command):
            raise
        _report_error(f'"{command.name}" needs {error.name}, which is not installed. '
                      f'Run: pip install "tfconvkit[{command.extra}]"')
    # compat refuses other backends than TensorFlow by an ImportError.
    except (ValueError, OSError, ImportError) as error:
        if parsed.traceback:
            raise
        _report_error(error)
    return 2


def _is_optional(error, command):
    return command.extra is not None and (error.name or "").partition(".")[0] != "tfconvkit"


def _report_error(message):
    print("tfconvkit: error:", " ".join(str(message).split()), file=sys.stderr)


def _add_demo_arguments(parser):
    parser.add_argument("--epochs", type=_positive, default=argparse.SUPPRESS, metavar="N",
                        help="passes over the training digits")
    parser.add_argument("--group", default=argparse.SUPPRESS, metavar="NAME",
                        help='symmetry group of the equivariant model, such as "C4" or "D4"')
    parser.add_argument("--out", default=argparse.SUPPRESS, metavar="FOLDER",
                        help="where the picture, the report and the model go")


def _run_demo(parsed):
    from tfconvkit import demo  # imports Keras and the optional packages of the demo

    names = ("epochs", "group", "out")
    given = {name: getattr(parsed, name) for name in names if name in parsed}
    return demo.run(**given) or 0


def _add_audit_arguments(parser):
    parser.add_argument("path", metavar="MODEL.keras", help="a saved Keras model")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--equivariance", metavar="GROUP",
                        help='measure the equivariance error for a group such as "D4"')
    parser.add_argument("--strict", action="store_true", help="exit with 1 where a check fails")
    parser.add_argument("--input-shape", type=_shape, metavar="H,W,C",
                        help="size of the input, for a model whose own is not fixed")


def _run_audit(parsed):
    from tfconvkit.audit import command  # imports Keras

    return command.run(parsed.path, equivariance=parsed.equivariance, input_shape=parsed.input_shape,
                       as_json=parsed.json, strict=parsed.strict)


def _add_port_arguments(parser):
    parser.epilog = (
        "Without DST the files are rewritten in place, each in one step. Exit status: 0 where nothing is left for a "
        "human, 1 where something is (places to decide, files that Python does not parse), 2 for wrong use.")
    parser.add_argument("source", metavar="SRC", help="a Python file, or a folder of them")
    parser.add_argument("target", metavar="DST", nargs="?",
                        help="where the result goes; of a folder, all other files are copied too")
    parser.add_argument("--check", action="store_true", help="write nothing, say what would change")
    parser.add_argument("--diff", action="store_true", help="write nothing, print a unified diff")
    parser.add_argument("--report", metavar="FILE", help="write every change and open place to FILE.md or FILE.json")


def _run_port(parsed):
    from tfconvkit.porting import command  # imports fissix

    return command.run(parsed.source, parsed.target, check=parsed.check, diff=parsed.diff, report_path=parsed.report)


def _add_convert_arguments(parser):
    parser.add_argument("path", metavar="CHECKPOINT", help="prefix of a TensorFlow 1 checkpoint, or an .npz file")
    out = parser.add_argument("out", metavar="OUT.keras", help="where the Keras model goes; not with --list")
    parser.add_argument("--to", metavar="NETWORK",
                        help='"deepfillv2", "real_nvp", "keras_gcnn", or a built MODEL.keras')
    parser.add_argument("--model", metavar="MODEL.keras", help="the built network, for keras_gcnn")
    parser.add_argument("--map", metavar="NAMES.json", dest="names",
                        help="JSON object from paths of weights to names of variables")
    parser.add_argument("--input-shape", type=_shape, metavar="H,W,C",
                        help="size of the input, where the checkpoint does not tell it")
    parser.add_argument("--list", action=_Listing, waives=out, dest="is_listing", default=False,
                        help="only list the variables, their shapes and kinds")


def _run_convert(parsed):
    from tfconvkit.compat.checkpoint import command  # imports TensorFlow

    return command.run(parsed.path, parsed.out, to=parsed.to, model=parsed.model, names=parsed.names,
                       input_shape=parsed.input_shape, is_listing=parsed.is_listing)


def _add_doctor_arguments(parser):
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _run_doctor(parsed):
    from tfconvkit import doctor  # runs TensorFlow

    return doctor.run(as_json=parsed.json)


def _positive(text):
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f'expected a whole number of at least 1, received "{text}"')
    return number


def _shape(text):
    try:
        return tuple(_positive(size) for size in text.split(","))
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(f'expected sizes such as "32,32,3", received "{text}"') from None


COMMANDS = (
    Command("demo", "train an equivariant and a plain model on real digits and compare them",
            _add_demo_arguments, _run_demo, extra="demo"),
    Command("audit", "count the parameters of a saved model and measure its equivariance",
            _add_audit_arguments, _run_audit),
    Command("port", "rewrite TensorFlow 1 scripts for today's TensorFlow and say what a human must decide",
            _add_port_arguments, _run_port, extra="port"),
    Command("convert", "write a TensorFlow 1 checkpoint as a Keras model",
            _add_convert_arguments, _run_convert),
    Command("doctor", "check versions, devices and known-bad combinations",
            _add_doctor_arguments, _run_doctor),
)
