import ApusPlan
import ApusServing
import InferenceProtocol

/// What is told of a port.
func tensorMetadata(_ port: Port, _ signature: ModelSignature) -> ModelMetadataResponse.TensorMetadata {
    .with {
        $0.name = port.name
        $0.datatype = port.elementType.dataType
        $0.shape = signature.shape(of: port).map(Int64.init)
    }
}

extension Port.ElementType {
    fileprivate var message: DataType {
        switch self {
        case .f32: .typeFp32
        case .f16: .typeFp16
        case .f64: .typeFp64
        case .bf16: .typeBf16
        case .i8: .typeInt8
        case .i16: .typeInt16
        case .i32: .typeInt32
        case .i64: .typeInt64
        case .u8: .typeUint8
        case .u16: .typeUint16
        case .u32: .typeUint32
        case .u64: .typeUint64
        case .bool: .typeBool
        }
    }
}

extension StatisticDuration {
    fileprivate init(_ sum: TimeSum) {
        self.init()
        count = sum.count
        ns = sum.nanoseconds
    }
}

extension ServedModel {
    /// As ``configuration(delay:)``.
    func configurationMessage(delay: UInt64) -> ModelConfig {
        .with {
            $0.name = signature.name
            $0.platform = Self.platform
            $0.backend = "apus"
            $0.maxBatchSize = Int32(clamping: configuredBatch)
            $0.input = signature.inputs.map { port in
                .with {
                    $0.name = port.name
                    $0.dataType = port.elementType.message
                    $0.format = takesImages ? .nchw : .none
                    $0.dims = port.sampleShape.map(Int64.init)
                }
            }
            $0.output = signature.outputs.map { port in
                .with {
                    $0.name = port.name
                    $0.dataType = port.elementType.message
                    $0.dims = port.sampleShape.map(Int64.init)
                }
            }
            $0.dynamicBatching.preferredBatchSize = batches.map(Int32.init)
            $0.dynamicBatching.maxQueueDelayMicroseconds = delay / 1000
        }
    }

    /// As ``statistics``.
    var statisticsMessage: ModelStatistics {
        let counts = counts
        return .with {
            $0.name = signature.name
            $0.version = signature.version
            $0.lastInference = counts.lastInference
            $0.inferenceCount = counts.inferences
            $0.executionCount = counts.executions
            $0.inferenceStats.success = StatisticDuration(counts.success)
            $0.inferenceStats.fail = StatisticDuration(counts.failure)
            $0.inferenceStats.queue = StatisticDuration(counts.queue)
            $0.inferenceStats.computeInput = StatisticDuration(counts.input)
            $0.inferenceStats.computeInfer = StatisticDuration(counts.compute)
            $0.inferenceStats.computeOutput = StatisticDuration(counts.output)
            $0.batchStats = counts.batches.enumerated().filter { $0.element.compute.count > 0 }.map { index, batch in
                .with {
                    $0.batchSize = UInt64(index + 1)
                    $0.computeInput = StatisticDuration(batch.input)
                    $0.computeInfer = StatisticDuration(batch.compute)
                    $0.computeOutput = StatisticDuration(batch.output)
                }
            }
        }
    }
}
