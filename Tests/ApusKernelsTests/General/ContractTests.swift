import ApusInstructions
import Testing

@Suite struct ContractTests {
    @Test(arguments: InstructionSet.available)
    func productsAreWhatPlainLoopsGive(set: InstructionSet) throws {
        for seed in 1...600 {
            var random = SeededGenerator(seed: seed)
            let example = ContractCase(&random)
            let parameters = example.parameters
            // Whole numbers: sums and halves of them are exact, whatever their order.
            let left = random.wholeNumbers(example.elements(parameters.left, parameters.rows, parameters.depth))
            let right = random.wholeNumbers(example.elements(parameters.right, parameters.depth, parameters.columns))
            let hasBias = random.chance(50)
            let bias =
                hasBias
                ? random.wholeNumbers(Int(parameters.biasAlongRows == 1 ? parameters.rows : parameters.columns)) : nil
            let start = random.wholeNumbers(
                example.elements(parameters.destination, parameters.rows, parameters.columns))
            let operands = try extents(of: parameters, set, example.samples)
            #expect(operands.map(\.bytes.upperBound)[..<2] == [left.count * 4, right.count * 4], "seed \(seed)")
            #expect(operands[3].bytes == 0..<4 * start.count, "seed \(seed)")
            let destination = GuardedFloats(start)
            let scratch = GuardedFloats(count: operands[4].bytes.upperBound / 4)
            set.run(
                .contract,
                [GuardedFloats(left), GuardedFloats(right), bias.map { GuardedFloats($0) }, destination, scratch],
                parameters, samples: example.samples)
            let difference = firstDifference(
                destination.values, example.expected(left, right, bias, start), tolerance: 0)
            #expect(difference == nil, "\(set), seed \(seed), \(example)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func packedOperandsGiveTheSameBits(set: InstructionSet) throws {
        let tile = MatrixTile(lanes: set.lanes)
        for seed in 1...120 {
            var random = SeededGenerator(seed: seed)
            let (rows, columns, depth) = (random.int(1...70), random.int(1...150), random.int(1...300))
            let isLeft = random.chance(50)
            var parameters = ContractParameters(
                rows: rows, columns: columns, depth: depth, left: MatrixLayout(rowStride: depth),
                right: MatrixLayout(rowStride: columns),
                destination: MatrixLayout(rowStride: columns, sampleStride: rows * columns))
            let (left, right) = (random.floats(rows * depth), random.floats(depth * columns))
            let packing =
                isLeft
                ? PackMatrixParameters(lines: rows, depth: depth, width: tile.rows, lineStride: depth, depthStride: 1)
                : PackMatrixParameters(
                    lines: columns, depth: depth, width: tile.columns, lineStride: 1, depthStride: columns)
            let packed = GuardedFloats(
                count: MatrixTile.packedElements(
                    lines: isLeft ? rows : columns, depth: depth, width: isLeft ? tile.rows : tile.columns))
            set.run(.packMatrix, [GuardedFloats(isLeft ? left : right), packed], packing)
            func run(_ operands: [GuardedFloats]) throws -> [Float] {
                let extents = try extents(of: parameters, set, 1)
                let destination = GuardedFloats(count: rows * columns)
                let scratch = GuardedFloats(count: extents[4].bytes.upperBound / 4)
                set.run(.contract, operands.map { $0 } + [nil, destination, scratch], parameters)
                return destination.values
            }
            let plain = try run([GuardedFloats(left), GuardedFloats(right)])
            parameters.packed = (isLeft ? ContractParameters.Packed.left : .right).rawValue
            let other = try run(isLeft ? [packed, GuardedFloats(right)] : [GuardedFloats(left), packed])
            #expect(plain == other, "\(set), seed \(seed), \(rows) × \(columns) × \(depth), left: \(isLeft)")
        }
    }

    /// Lines of any step in panels of any width, for another target too.
    @Test(arguments: InstructionSet.available)
    func panelsHoldTheLinesInOrderAndZeros(set: InstructionSet) {
        for seed in 1...60 {
            var random = SeededGenerator(seed: seed)
            let (lines, depth) = (random.int(0...70), random.int(0...40))
            let width = [6, 8, 12, 16, 32][random.int(0...4)]
            let isAcross = random.chance(50)
            var packing = PackMatrixParameters(
                lines: lines, depth: depth, width: width, lineStride: isAcross ? 1 : depth + 1,
                depthStride: isAcross ? lines + 2 : 1)
            packing.matrices = 2
            packing.matrixStride = Int32((lines + 2) * (depth + 1))
            let source = random.floats(2 * Int(packing.matrixStride))
            let size = MatrixTile.packedElements(lines: lines, depth: depth, width: width)
            let packed = GuardedFloats(count: 2 * size)
            set.run(.packMatrix, [GuardedFloats(source), packed], packing)
            var expected: [Double?] = []
            for matrix in 0..<2 {
                for panel in 0..<(lines + width - 1) / width {
                    for term in 0..<depth {
                        for line in panel * width..<(panel + 1) * width {
                            let place =
                                matrix * Int(packing.matrixStride) + line * Int(packing.lineStride)
                                + term * Int(packing.depthStride)
                            expected.append(line < lines ? Double(source[place]) : 0)
                        }
                    }
                }
            }
            let difference = firstDifference(packed.values, expected, tolerance: 0)
            #expect(difference == nil, "\(set), seed \(seed), \(packing)")
        }
    }

    /// The bits of a sample don't depend on how many are computed in one call.
    @Test(arguments: InstructionSet.available)
    func samplesAreApart(set: InstructionSet) throws {
        for seed in 1...80 {
            var random = SeededGenerator(seed: seed)
            let (rows, columns, depth) = (random.int(1...5), random.int(1...70), random.int(1...300))
            let isAlongDepth = random.chance(50)
            let isSum = random.chance(40)
            var parameters = ContractParameters(
                rows: rows, columns: columns, depth: depth,
                left: MatrixLayout(rowStride: depth, sampleStride: rows * depth),
                right: MatrixLayout(
                    rowStride: isAlongDepth ? 1 : columns, columnStride: isAlongDepth ? depth : 1),
                destination: MatrixLayout(rowStride: columns, sampleStride: isSum ? 0 : rows * columns))
            parameters.accumulate = isSum ? 1 : 0
            if isSum {
                // Sums of outer products: each sample has one term.
                (parameters.depth, parameters.left.rowStride, parameters.left.sampleStride) = (1, 1, Int32(rows))
                (parameters.right.columnStride, parameters.right.sampleStride) = (1, Int32(columns))
            }
            let samples = 7
            let left = GuardedFloats(random.floats(samples * rows * depth))
            let right = GuardedFloats(random.floats(max(depth, samples) * columns))
            let scratch = GuardedFloats(
                count: ContractInstruction.scratchElements(parameters, samples: samples, lanes: set.lanes))
            let together = GuardedFloats(count: (isSum ? 1 : samples) * rows * columns, repeating: 1)
            set.run(.contract, [left, right, nil, together, scratch], parameters, samples: samples)
            let apart = GuardedFloats(count: together.count, repeating: 1)
            for first in [0, 3] {
                let count = first == 0 ? 3 : 4
                func moved(_ operand: GuardedFloats, _ stride: Int32) -> UnsafeMutableRawPointer {
                    operand.address + 4 * first * Int(stride)
                }
                set.run(
                    .contract, [], parameters, samples: count,
                    extra: [
                        moved(left, parameters.left.sampleStride), moved(right, parameters.right.sampleStride), nil,
                        moved(apart, parameters.destination.sampleStride), scratch.address,
                    ])
            }
            #expect(together.values == apart.values, "\(set), seed \(seed), \(parameters)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func longSumsAreAsGoodAsBlocks(set: InstructionSet) {
        var random = SeededGenerator(seed: 3)
        let (rows, columns, depth) = (13, 40, 5000)
        let parameters = ContractParameters(
            rows: rows, columns: columns, depth: depth, left: MatrixLayout(rowStride: depth),
            right: MatrixLayout(rowStride: columns),
            destination: MatrixLayout(rowStride: columns, sampleStride: rows * columns))
        let (left, right) = (random.floats(rows * depth, in: 0...1), random.floats(depth * columns, in: 0...1))
        let destination = GuardedFloats(count: rows * columns)
        let scratch = GuardedFloats(
            count: ContractInstruction.scratchElements(parameters, samples: 1, lanes: set.lanes))
        set.run(.contract, [GuardedFloats(left), GuardedFloats(right), nil, destination, scratch], parameters)
        // Higham, "Accuracy and Stability of Numerical Algorithms", section 4.2: a block's terms and the blocks, each half an
        // ulp; with positive terms the bound is one of the relative error.
        let bound = Double(256 + (depth + 255) / 256) * 0x1p-24
        for row in 0..<rows {
            for column in 0..<columns {
                let sum = (0..<depth).reduce(0.0) {
                    $0 + Double(left[row * depth + $1]) * Double(right[$1 * columns + column])
                }
                #expect(abs(Double(destination[row * columns + column]) - sum) <= bound * sum)
            }
        }
    }

    @Test(arguments: InstructionSet.available)
    func whatIsNotANumberStaysInItsRowAndColumn(set: InstructionSet) {
        let (rows, columns, depth) = (13, 37, 9)
        var parameters = ContractParameters(
            rows: rows, columns: columns, depth: depth, left: MatrixLayout(rowStride: depth),
            right: MatrixLayout(rowStride: columns),
            destination: MatrixLayout(rowStride: columns, sampleStride: rows * columns))
        parameters.activation = 1
        var left = [Float](repeating: 1, count: rows * depth)
        var right = [Float](repeating: 1, count: depth * columns)
        left[3 * depth + 8] = .nan
        right[2 * columns + 36] = .infinity
        let destination = GuardedFloats(count: rows * columns)
        let scratch = GuardedFloats(
            count: ContractInstruction.scratchElements(parameters, samples: 1, lanes: set.lanes))
        set.run(.contract, [GuardedFloats(left), GuardedFloats(right), nil, destination, scratch], parameters)
        for row in 0..<rows {
            for column in 0..<columns {
                let value = destination[row * columns + column]
                #expect(row == 3 ? value.isNaN : value == (column == 36 ? .infinity : Float(depth)))
            }
        }
    }

    @Test func parametersThatNoKernelComputesAreRefused() {
        let good = ContractParameters(
            rows: 2, columns: 3, depth: 4, left: MatrixLayout(rowStride: 4), right: MatrixLayout(rowStride: 3),
            destination: MatrixLayout(rowStride: 3, sampleStride: 6))
        func refusal(_ change: (inout ContractParameters) -> Void) -> String? {
            var parameters = good
            change(&parameters)
            do throws(ParameterError) {
                _ = try ContractInstruction(parameterBytes(parameters), lanes: 8)
                return nil
            } catch {
                return error.description
            }
        }
        #expect(refusal { _ in } == nil)
        #expect(refusal { $0.rows = -1 } == "the number of rows is -1, below zero")
        #expect(refusal { $0.columns = -2 } == "the number of columns is -2, below zero")
        #expect(refusal { $0.depth = -3 } == "the depth is -3, below zero")
        #expect(refusal { $0.batch[2] = -1 } == "the batch extent 2 is -1, below zero")
        #expect(refusal { $0.accumulate = 2 } == "accumulate is 2, neither 0 nor 1")
        #expect(refusal { $0.biasAlongRows = 7 } == "biasAlongRows is 7, neither 0 nor 1")
        #expect(refusal { $0.alpha = .infinity } == "alpha is inf")
        #expect(refusal { $0.activation = 3 } == "a product's activation is none or relu, and not 3")
        #expect(refusal { $0.packed = 3 } == "3 says no packed operand")
        #expect(
            refusal { ($0.accumulate, $0.activation) = (1, 1) }
                == "a product that is added to its destination has no activation")
        #expect(
            refusal { $0.destination.sampleStride = 0 }
                == "samples that share a destination are added to it: accumulate is 1")
        #expect(
            refusal { ($0.rows, $0.left.rowStride) = (.max, .max) }
                == "the left operand reaches beyond \(1 << 40) elements")
        #expect(refusal { ($0.batch[0], $0.batch[1]) = (.max, .max) } == "there are too many products")
    }

    private func extents(
        of parameters: ContractParameters, _ set: InstructionSet, _ samples: Int
    ) throws -> [OperandExtent] {
        try ContractInstruction(parameterBytes(parameters), lanes: set.lanes).operands(samples: samples)
    }
}
