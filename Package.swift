// swift-tools-version: 6.2
import PackageDescription

/// Every module of ours but the kernels: checked for unsafe constructs.
let checked: [SwiftSetting] = [
    .strictMemorySafety(), .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
]

/// The modules that apus-infer starts with. Each function is by itself, so that the linker can put side by side those that run at a start.
/// And a generic type is asked for by a call: by its name, which the Swift runtime reads first, that takes 7,000 instructions more.
let quick: [SwiftSetting] =
    checked + [
        .unsafeFlags([
            "-Xfrontend", "-function-sections", "-Xfrontend", "-disable-concrete-type-metadata-mangled-name-accessors",
        ])
    ]

/// One kernel module, compiled for one instruction-set level from the one source folder `Sources/ApusKernels`.
///
/// `march` goes to the Clang importer, from which Swift takes its code generator's target. Nothing is
/// inlined across these modules' borders: code compiled for AVX-512 must not leak into the baseline.
///
/// Swift's own pass over loops is left out: it takes minutes for the unrolled ones, and LLVM's, which follows, does the same.
func kernels(_ name: String, _ machine: String..., define: String) -> Target {
    let pass = "-sil-disable-pass=loop-invariant-code-motion"
    let flags = machine.flatMap { ["-Xcc", $0] } + ["-Ounchecked", "-Xfrontend", "-disable-cmo", "-Xllvm", pass]
    return .target(
        name: name, dependencies: ["ApusInstructions", "CPlatform"],
        swiftSettings: [.define(define), .unsafeFlags(flags)])
}

#if arch(x86_64)
    let architecture = "x86_64"
    let kernelTargets: [Target] = [
        kernels("ApusKernels", define: "VECTOR_4"),
        kernels("ApusKernelsV3", "-march=x86-64-v3", define: "VECTOR_8"),
        kernels("ApusKernelsV4", "-march=x86-64-v4", define: "VECTOR_16"),
        // What works on bytes, once more for processors that multiply four of them at a time: links to the other folder's files.
        kernels("ApusKernelsV3VNNI", "-march=x86-64-v3", "-mavxvnni", define: "VECTOR_8"),
        kernels("ApusKernelsV4VNNI", "-march=x86-64-v4", "-mavx512vnni", define: "VECTOR_16"),
        // The same of what works on bf16, for those that multiply pairs of them.
        kernels("ApusKernelsV4BF16", "-march=x86-64-v4", "-mavx512bf16", define: "VECTOR_16"),
    ]
#else
    let architecture = "aarch64"
    let kernelTargets: [Target] = [kernels("ApusKernels", define: "VECTOR_4")]
#endif
let kernelNames: [Target.Dependency] = kernelTargets.map { .byName(name: $0.name) }

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")

/// A program for people, from the folder of its name in Tools.
func tool(_ name: String, dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: ["ApusToolSupport", "ApusCommandLine"] + dependencies + [argumentParser],
        path: "Tools/\(name)", swiftSettings: checked)
}

/// A module of ours, from the folder of its name in Sources.
func module(_ name: String, uses: [Target.Dependency] = [], settings: [SwiftSetting] = checked) -> Target {
    .target(name: name, dependencies: uses, swiftSettings: settings)
}

/// The tests of a module, or of what `name` stands for, from the folder of its name in Tests.
func tests(_ name: String, uses: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: uses, exclude: exclude)
}

/// A program that tests run, from a folder in Tests.
func testProgram(_ name: String, in folder: String, uses: [Target.Dependency], exclude: [String] = []) -> Target {
    .executableTarget(name: name, dependencies: uses, path: "Tests/\(folder)", exclude: exclude)
}

/// What compiles a graph and runs its plan.
let compilerAndRuntime: [Target.Dependency] = ["ApusCompiler", "ApusFiles", "ApusGraph", "ApusPlan", "ApusRuntime"]
/// What answers data sets with a model, and reports on it.
let evaluation: [Target.Dependency] = ["ApusData", "ApusJSON", "ApusReport", "ApusText", "ApusTraining"]

let package = Package(
    name: "apus",
    products: [
        .library(name: "Apus", targets: ["Apus"]),
        // ONNX files as models. Apart, for it brings swift-protobuf with it.
        .library(name: "ApusONNX", targets: ["ApusONNX"]),
        // For programs in C and all that can call it: libapus.so. Its header is Sources/CApus/include/apus.h.
        .library(name: "apus", type: .dynamic, targets: ["ApusC"]),
        // Data sets and the training loop, which the tools are made of.
        .library(name: "ApusTraining", targets: ["ApusData", "ApusTraining"]),
        // For the package in Bench alone. A package can use products of another and nothing else of it, and a trait can hide
        // dependencies and code but no product: so it is one, and not meant for anyone else.
        .library(name: "ApusBenchmarks", targets: ["ApusBenchmarks"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
    ],
    targets: kernelTargets + [
        // MARK: The library

        .target(
            name: "Apus",
            dependencies: compilerAndRuntime + ["ApusSections"],
            // So that the compiler watches the memory that is bound to ports.
            swiftSettings: checked + [.enableExperimentalFeature("Lifetimes")]),
        module("ApusGraph", uses: ["ApusFiles", "ApusSections", "ApusText"]),
        module("ApusCompiler", uses: ["ApusFiles", "ApusGraph", "ApusPlan", "ApusInstructions", "ApusKernels"]),
        module("ApusInstructions"),
        module("ApusPlan", uses: ["ApusFiles", "ApusInstructions", "ApusSections"], settings: quick),
        module(
            "ApusRuntime", uses: ["ApusFiles", "ApusPlan", "ApusInstructions", "CPlatform"] + kernelNames,
            settings: quick),
        module("ApusData", uses: ["ApusFiles", "ApusGraph", "CZlib", "CPNG"], settings: quick),
        module("ApusTraining", uses: compilerAndRuntime + ["ApusCheckpoint", "ApusData", "ApusJSON", "ApusSections"]),
        // Programs that carry their plan. What they are made of is in Sources/ApusStandalone, which scripts/build-standalone builds.
        module("ApusExecutable", uses: ["ApusFiles", "ApusPlan"]),
        // Apart from training, so that it can be read where there are no kernels.
        module("ApusCheckpoint", uses: ["ApusSections"]),
        module("ApusProfile", uses: ["ApusJSON", "ApusPlan", "ApusRuntime", "ApusText"]),
        // Pages for browsers, and event files for TensorBoard.
        module(
            "ApusReport",
            uses: compilerAndRuntime + [
                "ApusData", "ApusSections", "ApusText", "ApusTraining", "TensorBoardSchema", protobuf,
            ]),
        // Models in 8 bits.
        module("ApusQuantization", uses: compilerAndRuntime + evaluation),
        .target(name: "TensorBoardSchema", dependencies: [protobuf], exclude: ["event.proto"]),
        // What ONNX files consist of: generated, and apart from what is ours, for it takes long to compile.
        .target(name: "ONNXSchema", dependencies: [protobuf], exclude: ["onnx.proto"]),
        module("ApusONNX", uses: ["ApusFiles", "ApusGraph", "ApusText", "ONNXSchema", protobuf]),
        module("ApusWeights", uses: ["ApusGraph", "ApusJSON", "ApusText"]),
        .systemLibrary(name: "CApus"),
        // The library for C. It brings the Swift runtime with it, so that none must be installed; shows nothing but what exports.map
        // lists, so that it gets along with other Swift in a process; and stays loaded, which the runtime asks for.
        .target(
            name: "ApusC",
            dependencies: compilerAndRuntime + ["ApusONNX", "ApusText", "ApusWeights", "CApus", "CPlatform"],
            exclude: ["exports.map"], swiftSettings: checked,
            linkerSettings: [
                .unsafeFlags([
                    "-static-stdlib", "-use-ld=lld", "-l_FoundationCShims", "-l_FoundationCollections",
                    "-Xlinker", "-soname=libapus.so.0", "-Xlinker", "-z", "-Xlinker", "nodelete",
                    "-Xlinker", "--version-script=\(Context.packageDirectory)/Sources/ApusC/exports.map",
                    "-Xlinker", "--strip-all",
                ])
            ]),
        module("ApusSections", uses: ["ApusFiles"], settings: quick),
        module("ApusFiles", uses: ["CMapping"], settings: quick),
        module("ApusJSON", settings: quick),
        module("ApusText", settings: quick),
        .target(name: "CPlatform"),
        // The process's arguments for Swift's runtime, at once: for programs that are linked statically.
        .target(name: "CProcessArguments"),
        .target(name: "CMapping"),

        // MARK: Libraries of the system

        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CBSD", pkgConfig: "libbsd", providers: [.apt(["libbsd-dev"])]),

        // MARK: The tools, and what they have in common

        module("ApusCommandLine", uses: ["ApusFiles", "ApusText", "CBSD"]),
        module(
            "ApusToolSupport",
            uses: compilerAndRuntime + ["ApusCommandLine", "ApusData", "ApusONNX", "ApusText", argumentParser]),
        tool(
            "apus-compile", dependencies: compilerAndRuntime + ["ApusInstructions", "ApusJSON", "ApusText"]),
        tool("apus-compare", dependencies: ["ApusFiles", "ApusJSON", "ApusReport", "ApusText", "ApusTraining"]),
        tool("apus-evaluate", dependencies: evaluation + ["ApusFiles", "ApusGraph"]),
        tool(
            "apus-export",
            dependencies: [
                "ApusCompiler", "ApusExecutable", "ApusFiles", "ApusGraph", "ApusJSON", "ApusONNX", "ApusPlan",
                "ApusWeights",
            ]),
        // Static, so that it starts at once and runs anywhere; by lld, which has no advice about that. What it runs before its first answer
        // lies side by side: `make start-order`. Functions that are the same are there once, and there is no index of frames, which throwing of
        // exceptions alone looks them up in.
        .executableTarget(
            name: "apus-infer",
            dependencies: compilerAndRuntime + [
                "ApusData", "ApusJSON", "ApusInstructions", "ApusProfile", "ApusText", "CProcessArguments",
            ],
            path: "Tools/apus-infer", exclude: ["start.order"], swiftSettings: quick,
            linkerSettings: [
                .unsafeFlags(
                    [
                        "-static-executable", "-use-ld=lld", "-Xlinker", "--icf=all", "-Xlinker",
                        "--no-warn-symbol-ordering", "-Xlinker", "--no-eh-frame-hdr",
                        "-Xlinker", "--symbol-ordering-file=\(Context.packageDirectory)/Tools/apus-infer/start.order",
                    ] + (Context.environment["APUS_SYMBOLS"] == "1" ? [] : ["-Xlinker", "--strip-all"]))
            ]),
        tool(
            "apus-train",
            dependencies: compilerAndRuntime + [
                "ApusData", "ApusJSON", "ApusONNX", "ApusProfile", "ApusQuantization", "ApusReport", "ApusText",
                "ApusTraining", "ApusWeights", "CPlatform",
            ]),
        tool("apus-quantize", dependencies: evaluation + ["ApusFiles", "ApusGraph", "ApusQuantization"]),
        tool("draw-digits", dependencies: ["ApusData", "ApusFiles"]),
        tool(
            "dump-graph",
            dependencies: [
                "ApusCheckpoint", "ApusCompiler", "ApusFiles", "ApusGraph", "ApusJSON", "ApusONNX", "ApusPlan",
                "ApusInstructions", "ApusReport", "ApusSections", "ApusText", "ApusTraining",
            ]),

        // MARK: Tests, and what they run; measurements

        tests(
            "Apus",
            uses: ["Apus", "ApusData", "ApusInstructions", "ApusONNX", "ApusPlan", "ApusRuntime", "ApusTraining"]),
        tests(
            "ApusGraph", uses: ["TestSupport", "ApusGraph", "ApusSections", "OperatorCases"],
            exclude: ["Text/WrongSpecs.md"]),
        tests("ApusCompiler", uses: ["TestSupport", "ApusCompiler", "ApusGraph", "ApusPlan"]),
        tests("ApusPlan", uses: ["TestSupport", "ApusPlan", "ApusInstructions", "ApusSections", "InstructionSamples"]),
        tests("ApusKernels", uses: ["TestSupport", "ApusInstructions", "CPlatform"] + kernelNames),
        tests("ApusRuntime", uses: ["ApusCompiler", "ApusGraph", "ApusInstructions", "ApusPlan", "ApusRuntime"]),
        tests(
            "ApusProfile",
            uses: ["ApusInstructions", "ApusJSON", "ApusPlan", "ApusProfile", "ApusRuntime", "TestSupport"]),
        tests("ApusData", uses: ["ApusData", "ApusFiles", "ApusGraph", "CZlib", "TestSupport"]),
        tests("ApusTraining", uses: compilerAndRuntime + ["ApusTraining", "ApusData", "ApusJSON", "TestSupport"]),
        tests("ApusReport", uses: compilerAndRuntime + evaluation + ["TensorBoardSchema", "TestSupport"]),
        tests("ApusQuantization", uses: compilerAndRuntime + evaluation + ["ApusQuantization", "TestSupport"]),
        tests("ApusExecutable", uses: ["ApusExecutable"]),
        tests("ApusWeights", uses: ["ApusGraph", "ApusWeights"]),
        tests(
            "ApusONNX",
            uses: compilerAndRuntime + [
                "Apus", "ApusONNX", "ONNXSchema", "ONNXTestSupport", "OperatorCases", "TestSupport", protobuf,
            ]),
        tests("ApusFiles", uses: ["TestSupport", "ApusFiles"]),
        tests("ApusSections", uses: ["TestSupport", "ApusFiles", "ApusSections"]),
        // The three formats: files of each version, and what docs/FORMATS.md shows of them.
        tests(
            "Formats",
            uses: compilerAndRuntime + [
                "Apus", "ApusCheckpoint", "ApusInstructions", "ApusSections", "ApusTraining", "TestSupport",
            ]),
        tests("ApusJSON", uses: ["ApusJSON", "TestSupport"]),
        tests(
            "Readers",
            uses: ["ApusCheckpoint", "ApusData", "ApusFiles", "ApusGraph", "ApusSections", "Readers", "TestSupport"]),
        tests("ApusCommandLine", uses: ["TestSupport", "ApusCommandLine", "ApusFiles", "ApusText"]),
        tests(
            "Models",
            uses: compilerAndRuntime + ["TestSupport", "ApusInstructions", "ApusData", "OperatorCases"],
            exclude: ["Fixtures"]),
        // Random calls of every operator, for the tests of graphs and of plans.
        .target(
            name: "OperatorCases", dependencies: ["TestSupport", "ApusGraph"], path: "Tests/OperatorCases",
            swiftSettings: checked),
        // It also runs reader-check, which can't be linked into the tests: it counts allocations, as allocation-count does.
        tests(
            "Tools",
            uses: compilerAndRuntime + [
                "TestSupport", "ApusData", "ApusJSON", "apus-compile", "ApusCommandLine", "ApusWeights",
                "allocation-count", "apus-compare", "apus-evaluate", "apus-export", "apus-quantize", "apus-train",
                "dump-graph", "ONNXSchema", "ONNXTestSupport", "onnx-conformance", "onnx-fuzz", "plan-fuzz",
                "worker-pool-check",
            ]),
        testProgram("allocation-count", in: "AllocationCount", uses: ["ApusBenchmarks"]),
        testProgram("worker-pool-check", in: "WorkerPoolCheck", uses: ["ApusRuntime"]),
        testProgram(
            "onnx-conformance", in: "ONNXConformance",
            uses: compilerAndRuntime + [
                "ApusCommandLine", "ApusJSON", "ApusONNX", "ApusToolSupport", "ONNXSchema", "ONNXTestSupport",
                argumentParser, protobuf,
            ], exclude: ["differences.txt", "expected.txt", "requirements.txt", "write_cases.py"]),
        testProgram(
            "onnx-fuzz", in: "ONNXFuzz",
            uses: [
                "ApusFiles", "ApusGraph", "ApusONNX", "ONNXSchema", "ONNXTestSupport", "TestSupport", argumentParser,
                protobuf,
            ]),
        testProgram(
            "plan-fuzz", in: "PlanFuzz",
            uses: compilerAndRuntime + [
                "ApusBenchmarks", "ApusInstructions", "CPlatform", "InstructionSamples", "TestSupport", argumentParser,
            ]),
        // What reads bytes that strangers send, for those who send it wrong ones. None of it needs kernels.
        .target(
            name: "Readers",
            dependencies: [
                "ApusCheckpoint", "ApusData", "ApusFiles", "ApusGraph", "ApusJSON", "ApusONNX", "ApusPlan",
                "ApusSections", "ApusWeights", "CZlib",
            ],
            path: "Tests/Readers"),
        .target(name: "CAllocationSizes", path: "Tests/CAllocationSizes"),
        testProgram(
            "reader-check", in: "ReaderCheck",
            uses: [
                "ApusCheckpoint", "ApusData", "ApusFiles", "ApusGraph", "ApusWeights", "CAllocationSizes", "CZlib",
                "Readers", "TestSupport", argumentParser,
            ]),
        // Right parameters of every instruction.
        .target(
            name: "InstructionSamples", dependencies: ["ApusInstructions", "ApusPlan"],
            path: "Tests/InstructionSamples"),
        // Small ONNX files, and processes for what may crash.
        .target(
            name: "ONNXTestSupport",
            dependencies: ["ApusGraph", "ApusONNX", "ONNXSchema", protobuf],
            path: "Tests/ONNXTestSupport"),
        .target(name: "CAllocationCount", path: "Tests/CAllocationCount"),
        .target(
            name: "ApusBenchmarks",
            dependencies: compilerAndRuntime + ["ApusInstructions", "CAllocationCount"],
            path: "Bench/Cases", swiftSettings: checked),
        // What several test targets use.
        .target(name: "TestSupport", dependencies: ["ApusFiles", "ApusJSON", "ApusSections"], path: "Tests/Support"),
    ],
    swiftLanguageModes: [.v6]
)

switch Context.environment["APUS_SANITIZED"] {
case "thread":
    // `make thread-check` sets it: a sanitizer can't watch what is linked statically.
    for target in package.targets { target.linkerSettings = nil }
case "address":
    // `make fuzz`, `fuzz-all` and `sanitized-check` set it. Kernels take minutes to compile, and pages that can't be touched watch them
    // better: `make plan-fuzz`. So what needs them is left out.
    var left = Set(kernelTargets.map(\.name))
    var count = 0
    while count < left.count {
        count = left.count
        for target in package.targets where target.dependencies.contains(where: { isTarget($0, in: left) }) {
            left.insert(target.name)
        }
    }
    package.targets.removeAll { left.contains($0.name) }
    package.products = []
    package.targets.append(
        .executableTarget(
            name: "fuzz", dependencies: ["ApusFiles", "Readers"], path: "Tests/Fuzz", exclude: ["Corpora", "fuzz"],
            swiftSettings: [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: [.unsafeFlags(["-lclang_rt.fuzzer_no_main-\(architecture)"]), .linkedLibrary("stdc++")]))
    // The compiler of Swift checks its own arithmetic. What finds undefined behaviour in C is part of the address sanitizer.
    for target in package.targets where target.name == "CMapping" {
        target.cSettings = [.unsafeFlags(["-fsanitize=undefined", "-fno-sanitize-recover=undefined"])]
    }
default: break
}

func isTarget(_ dependency: Target.Dependency, in names: Set<String>) -> Bool {
    switch dependency {
    case .targetItem(let name, _), .byNameItem(let name, _): names.contains(name)
    default: false
    }
}

// The server, which needs no Swift where it runs: `make serve`. Who builds anything else fetches nothing of it.
if Context.environment["APUS_SERVE"] == "1" {
    let ours = compilerAndRuntime + ["ApusData", "ApusJSON", "ApusText"]
    var net = [protobuf]
    for line in [
        "apple/swift-nio 2.101.0 NIOCore NIOPosix NIOHTTP1", "apple/swift-nio-ssl 2.37.0 NIOSSL",
        "apple/swift-log 1.16.0 Logging", "swift-server/swift-service-lifecycle 2.13.0 ServiceLifecycle UnixSignals",
        "grpc/grpc-swift-2 2.4.0 GRPCCore", "grpc/grpc-swift-protobuf 2.4.0 GRPCProtobuf",
        "grpc/grpc-swift-nio-transport 2.9.0 GRPCNIOTransportHTTP2Posix",
    ].map({ $0.split(separator: " ").map(String.init) }) {
        package.dependencies.append(.package(url: "https://github.com/\(line[0])", from: .init(stringLiteral: line[1])))
        net += line[2...].map { .product(name: $0, package: String(line[0].split(separator: "/")[1])) }
    }
    let server = tool(
        "apus-serve", dependencies: ours + ["ApusServing", "CProcessArguments", "InferenceProtocol"] + net)
    let link = "-static-stdlib -use-ld=lld -l_FoundationCShims -l_FoundationCollections -Xlinker --no-export-dynamic"
    server.linkerSettings = [.unsafeFlags(link.split(separator: " ").map(String.init))]
    package.targets += [
        .target(name: "ApusServing", dependencies: ours + ["CZlib"], swiftSettings: checked),
        .target(name: "InferenceProtocol", dependencies: net, exclude: ["inference.proto"]), server,
        .testTarget(name: "ApusServingTests", dependencies: ours + ["ApusServing", "CZlib", "TestSupport"]),
    ]
}

// `make train-mpi` sets it: apus-train for several machines, which needs Open MPI. Its sources are those of apus-train, by a link.
if Context.environment["APUS_MPI"] == "1", let train = package.targets.first(where: { $0.name == "apus-train" }) {
    package.targets += [
        .systemLibrary(name: "CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
        .target(name: "ApusRanks", dependencies: ["ApusRuntime", "CMPI"], swiftSettings: checked),
        .executableTarget(
            name: "apus-train-mpi", dependencies: train.dependencies + ["ApusRanks"], path: "Tools/apus-train-mpi",
            swiftSettings: checked + [.define("MPI")]),
    ]
}

// `make` sets it: what the project itself builds has no warnings, but a newer compiler's new ones stop nobody else.
if Context.environment["APUS_WARNINGS"] == "error" {
    for target in package.targets where target.type != .system {
        target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
        target.cSettings = (target.cSettings ?? []) + [.treatAllWarnings(as: .error)]
    }
}
