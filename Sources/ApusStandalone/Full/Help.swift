import ApusPlan

/// What `--help` prints.
func help(for plan: Plan) -> String {
    let inputs = plan.inputs.map { "  \($0.description)\n" }.joined()
    let outputs = plan.outputs.map { "  \($0.description)\n" }.joined()
    return """
        usage: \(programName) [options] IMAGE...
               \(programName) [options] --input NAME=x.npy [--output NAME=y.npy]
               \(programName) [options] --raw < samples > answers
               \(programName) [options] --benchmark

        Asks the network '\(plan.name)', which this program carries, compiled for \(plan.target.rawValue). Images are PNG, PGM or PPM.
        Images and numbers are prepared as the network's model says.

        its inputs:
        \(inputs)
        its outputs:
        \(outputs)
        what is asked:
          --input NAME=FILE    the input NAME is the array in FILE (.npy); its first dimension counts the samples
          --raw                samples are f32 on standard input; answers, of the output's type, on standard output
          --benchmark          times the network on made-up samples

        what is shown:
          --top N              so many classes for each sample (3)
          --json               JSON instead of text
          --output NAME=FILE   writes the output NAME as an array (.npy) of its type, prints nothing

        how it runs:
          --batch B            samples that go through the network at once
          --memory-limit SIZE  gives no file, image or session more memory: 4096, 32K, 1.5M or 2G bytes

          -h, --help           prints this
          --version            prints the version

        Exit status: 0, 1 where the work failed, 64 where it was called in a wrong way.

        """
}
