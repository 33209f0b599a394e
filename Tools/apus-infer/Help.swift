/// What `--help` prints.
let help = """
    usage: apus-infer [options] MODEL|PLAN IMAGE...
           apus-infer [options] MODEL|PLAN --input NAME=x.npy [--output NAME=y.npy]
           apus-infer [options] MODEL|PLAN --raw < samples > answers
           apus-infer [options] MODEL|PLAN --benchmark
           apus-infer [options] MODEL|PLAN --profile [--trace FILE.json]

    Asks a network: a plan (.plan, from apus-compile) at once, a model (.apus, from apus-export) after compiling it. An
    ONNX file (.onnx) is compiled by the apus-compile that lies beside this tool, or in PATH.
    Images are PNG, PGM or PPM, and are prepared as the model says. Numbers are normalized so: its mean is subtracted,
    and they are divided by its deviation; pixels are from 0 to 1 then, and bytes of .npy are brought there.

    what is asked:
      --input NAME=FILE    the input NAME is the array in FILE (.npy); its first dimension counts the samples
      --raw                samples are f32 on standard input; answers, of the output's type, on standard output
      --benchmark          times the network on made-up samples
      --profile            times each instruction so, and says how near to this machine's limit it is
      --trace FILE         with --profile: writes the calls as trace events, JSON that browsers' profilers open
      --until VALUE        computes VALUE in place of the outputs; not of a plan; may be given more than once

    what is shown:
      --top N              so many classes for each sample (3)
      --json               JSON instead of text
      --output NAME=FILE   writes the output NAME as an array (.npy) of its type, prints nothing

    how it runs:
      --batch B            samples that go through the network at once
      --threads T          threads that share a batch (1); the answers don't depend on it
      --pin                gives each thread a processor of its own
      --target NAME        compiles for x86-64, x86-64-v3, x86-64-v4 or arm64, not for this processor's best
      --compute bf16       multiplies rounded numbers where a processor for that takes less time; f32 if not given
      --direct             computes convolutions by their definition alone
      --allow-approximate  permits quicker convolutions with up to three times the definition's rounding errors
      --memory-limit SIZE  gives no file, image, plan or session more memory: 4096, 32K, 1.5M or 2G bytes
      --batch-dimension 0  of an ONNX file: the first dimension of its inputs, a 1, stands for the batch
      --set NAME=NUMBER    of an ONNX file: the number of a dimension that it names; may be given more than once
      --random-weights     takes made-up weights where there are none: for timing a spec (.graph)

      -h, --help           prints this
      --version            prints the version

    Exit status: 0, 1 where the work failed, 64 where it was called in a wrong way.

    """
