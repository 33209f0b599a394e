package import ApusJSON
import ApusPlan

/// What is told of models over HTTP.
extension ServedModel {
    /// The kind of model, as clients are told it.
    package static let platform = "apus_plan"

    /// The answer to `/v2/models/NAME`.
    package func metadata(versions: [String]) -> JSONValue {
        func list(_ ports: [Port]) -> JSONValue {
            .array(
                ports.map {
                    [
                        "name": .string($0.name), "datatype": .string($0.elementType.dataType),
                        "shape": JSONValue(signature.shape(of: $0)),
                    ]
                })
        }
        return [
            "name": .string(signature.name), "versions": JSONValue(versions), "platform": .string(Self.platform),
            "inputs": list(signature.inputs), "outputs": list(signature.outputs),
        ]
    }

    /// The answer to `/v2/models/NAME/config`. As for Triton, shapes are those of a sample where there is a batch.
    package func configuration(delay: UInt64) -> JSONValue {
        func members(_ port: Port) -> [JSONValue.Member] {
            [
                .init("name", .string(port.name)), .init("data_type", .string(port.elementType.configurationType)),
                .init("dims", JSONValue(port.sampleShape)),
            ]
        }
        let format = JSONValue.Member("format", takesImages ? "FORMAT_NCHW" : "FORMAT_NONE")
        return [
            "name": .string(signature.name), "platform": .string(Self.platform), "backend": "apus",
            "max_batch_size": .integer(configuredBatch),
            "input": .array(signature.inputs.map { .object(members($0) + [format]) }),
            "output": .array(signature.outputs.map { .object(members($0)) }),
            "dynamic_batching": [
                "preferred_batch_size": JSONValue(batches),
                "max_queue_delay_microseconds": .integer(Int(delay / 1000)),
            ],
        ]
    }

    /// Whether the input has the dimensions of an image, channels first.
    package var takesImages: Bool { signature.pictures != nil }

    /// The largest batch, or 0 where shapes have none.
    package var configuredBatch: Int {
        (signature.inputs + signature.outputs).allSatisfy(\.isShared) ? 0 : signature.maximumBatch
    }

    /// An element of the answer to `/v2/models/NAME/stats`.
    package var statistics: JSONValue {
        let counts = counts
        func value(_ sum: TimeSum) -> JSONValue {
            ["count": .integer(Int(clamping: sum.count)), "ns": .integer(Int(clamping: sum.nanoseconds))]
        }
        return [
            "name": .string(signature.name), "version": .string(signature.version),
            "last_inference": .integer(Int(clamping: counts.lastInference)),
            "inference_count": .integer(Int(clamping: counts.inferences)),
            "execution_count": .integer(Int(clamping: counts.executions)),
            "inference_stats": [
                "success": value(counts.success), "fail": value(counts.failure), "queue": value(counts.queue),
                "compute_input": value(counts.input), "compute_infer": value(counts.compute),
                "compute_output": value(counts.output),
            ],
            "batch_stats": .array(
                counts.batches.enumerated().filter { $0.element.compute.count > 0 }.map { index, batch in
                    [
                        "batch_size": .integer(index + 1), "compute_input": value(batch.input),
                        "compute_infer": value(batch.compute), "compute_output": value(batch.output),
                    ]
                }),
        ]
    }
}

extension ModelRepository {
    /// The answer to `/v2/repository/index`.
    package var index: JSONValue {
        .array(
            all.map { entry in
                [
                    "name": .string(entry.source.name), "version": .string(entry.source.version),
                    "state": entry.model == nil ? "UNAVAILABLE" : "READY", "reason": .string(entry.reason),
                ]
            })
    }
}
