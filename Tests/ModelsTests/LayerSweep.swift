import ApusCompiler
import ApusGraph
import ApusPlan
import ApusRuntime
import Glibc
import Testing

/// Speeds of single convolutions of every kind, printed where the environment variable `APUS_TIME` is set: channels 1 to
/// 512, images of 4 to 224, kernels of 1 to 7, strides 1 and 2, depthwise. Each is a compiled plan of which the convolution's
/// own instructions are run.
@Suite(.serialized, .enabled(if: getenv("APUS_TIME") != nil)) struct LayerSweep {
    /// Channels read and made, rows and columns, the kernel's, the stride; as many groups as channels where depthwise.
    struct Layer {
        var inputs: Int
        var outputs: Int
        var size: Int
        var kernel: Int
        var stride: Int
        var isDepthwise = false

        init(_ inputs: Int, _ outputs: Int, _ size: Int, _ kernel: Int, _ stride: Int = 1) {
            (self.inputs, self.outputs, self.size, self.kernel, self.stride) = (inputs, outputs, size, kernel, stride)
        }

        init(depthwise channels: Int, _ size: Int, _ kernel: Int, _ stride: Int = 1) {
            self.init(channels, channels, size, kernel, stride)
            isDepthwise = true
        }

        /// The value before is an image in blocks where the layer is not the first of a network.
        var spec: String {
            let groups = isDepthwise ? ", groups: \(inputs)" : ""
            let first = inputs < 4 && !isDepthwise ? "x = image" : "x = max_pool2d(image, window: [1, 1])"
            let source = inputs < 4 && !isDepthwise ? "image" : "x"
            let lines = [
                "model layer", "input image: f32[N, \(inputs), \(size), \(size)]", source == "x" ? first : "",
                "y = conv2d(\(source), filters: \(outputs), kernel: [\(kernel), \(kernel)], "
                    + "stride: [\(stride), \(stride)], padding: \(kernel / 2)\(groups))",
                "output z = relu(y)",
            ]
            return lines.joined(separator: "\n")
        }

        var name: String {
            "\(inputs) -> \(outputs), \(size) × \(size), kernel \(kernel), stride \(stride)"
                + (isDepthwise ? ", depthwise" : "")
        }
    }

    static let layers: [Layer] = [
        Layer(1, 16, 28, 3), Layer(1, 32, 28, 5), Layer(1, 64, 56, 7, 2), Layer(3, 16, 32, 3), Layer(3, 32, 64, 3),
        Layer(3, 64, 224, 7, 2), Layer(3, 32, 224, 3, 2), Layer(3, 8, 96, 3, 2), Layer(8, 8, 56, 3),
        Layer(8, 16, 48, 1),
        Layer(16, 16, 32, 3), Layer(16, 32, 32, 3, 2), Layer(16, 32, 32, 1, 2), Layer(16, 32, 14, 3),
        Layer(16, 64, 28, 5),
        Layer(24, 24, 28, 3), Layer(24, 48, 56, 1), Layer(32, 32, 56, 3), Layer(32, 32, 7, 3), Layer(32, 64, 112, 3),
        Layer(32, 64, 28, 3, 2), Layer(32, 32, 24, 1), Layer(32, 64, 12, 1), Layer(32, 32, 28, 5), Layer(32, 32, 14, 7),
        Layer(48, 48, 28, 3), Layer(64, 64, 56, 3), Layer(64, 64, 56, 1), Layer(64, 256, 56, 1), Layer(256, 64, 56, 1),
        Layer(64, 128, 56, 3, 2), Layer(64, 64, 8, 3), Layer(64, 64, 7, 3), Layer(64, 64, 14, 5), Layer(64, 64, 4, 3),
        Layer(64, 12, 25, 1), Layer(64, 128, 56, 1, 2), Layer(96, 96, 14, 3), Layer(128, 128, 28, 3),
        Layer(128, 128, 6, 1),
        Layer(128, 256, 28, 3, 2), Layer(128, 512, 28, 1), Layer(256, 256, 14, 3), Layer(256, 1024, 14, 1),
        Layer(256, 256, 3, 1), Layer(512, 512, 7, 3), Layer(512, 512, 14, 1), Layer(512, 512, 4, 3),
        Layer(512, 512, 7, 1),
        Layer(depthwise: 8, 48, 3), Layer(depthwise: 16, 48, 3, 2), Layer(depthwise: 32, 112, 3),
        Layer(depthwise: 64, 25, 3), Layer(depthwise: 128, 6, 3), Layer(depthwise: 128, 56, 3, 2),
        Layer(depthwise: 256, 28, 5), Layer(depthwise: 512, 14, 3), Layer(depthwise: 512, 7, 3),
        Layer(depthwise: 64, 14, 7), Layer(depthwise: 256, 3, 3),
    ]

    @Test(arguments: [ConvolutionAlgorithms.direct, .exact])
    func speeds(convolutions: ConvolutionAlgorithms) throws {
        for target in Processor.targets where target.lanes > 4 {
            var logarithms = 0.0
            for layer in Self.layers {
                let speed = try Self.speed(layer, target, convolutions)
                logarithms += log(speed)
                print("\(target.rawValue), \(convolutions): \(layer.name): \((speed * 10).rounded() / 10) GFLOP/s")
            }
            let mean = exp(logarithms / Double(Self.layers.count))
            print("\(target.rawValue), \(convolutions): geometric mean \((mean * 10).rounded() / 10) GFLOP/s")
        }
    }

    /// Thousand millions of multiplications and additions a second of the layer's definition, in the shortest of many runs.
    private static func speed(
        _ layer: Layer, _ target: Target, _ convolutions: ConvolutionAlgorithms
    ) throws -> Double {
        let model = try Pipeline([ExplicitParameters()]).run(Model(graph: Graph.parse(layer.spec))).initialized(seed: 1)
        var plan = try Compiler.inferencePlan(model, target: target, convolutions: convolutions)
        plan.body.removeAll { $0.multiplyAdds == 0 }
        var session = try Session(plan)
        let input = [Float](repeating: 0, count: plan.inputs[0].sampleElements)
        var output = [Float](repeating: 0, count: plan.outputs[0].sampleElements)
        var answers = output.mutableSpan
        var shortest = Duration.seconds(3600)
        let start = ContinuousClock.now
        repeat {
            let begin = ContinuousClock.now
            for _ in 0..<4 { try session.run(input.span, into: &answers) }
            shortest = min(shortest, (ContinuousClock.now - begin) / 4)
        } while ContinuousClock.now - start < .milliseconds(30)
        return 2 * Double(plan.multiplyAdds) / (shortest / .nanoseconds(1))
    }
}
