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
            "-Xfrontend", "-function-sections",
            "-Xfrontend", "-disable-concrete-type-metadata-mangled-name-accessors",
        ])
    ]

/// One kernel module, compiled for one instruction-set level from the one source folder `Sources/ApusKernels`.
///
/// `march` goes to the Clang importer, from which Swift takes its code generator's target. Nothing is
/// inlined across these modules' borders: code compiled for AVX-512 must not leak into the baseline.
///
/// Swift's own pass over loops is left out: it takes minutes for the unrolled ones, and LLVM's, which follows, does the same.
func kernels(_ name: String, march: String? = nil, define: String) -> Target {
    .target(
        name: name,
        dependencies: ["ApusInstructions", "CPlatform"],
        swiftSettings: [
            .define(define),
            .unsafeFlags(
                (march.map { ["-Xcc", "-march=\($0)"] } ?? []) + [
                    "-Ounchecked", "-Xfrontend", "-disable-cmo",
                    "-Xllvm", "-sil-disable-pass=loop-invariant-code-motion",
                ]),
        ]
    )
}

#if arch(x86_64)
    let kernelTargets: [Target] = [
        kernels("ApusKernels", define: "VECTOR_4"),
        kernels("ApusKernelsV3", march: "x86-64-v3", define: "VECTOR_8"),
        kernels("ApusKernelsV4", march: "x86-64-v4", define: "VECTOR_16"),
    ]
#else
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

/// A program that tests run, from a folder in Tests.
func testProgram(_ name: String, in folder: String, uses: [Target.Dependency], exclude: [String] = []) -> Target {
    .executableTarget(name: name, dependencies: uses, path: "Tests/\(folder)", exclude: exclude)
}

/// What compiles a graph and runs its plan.
let compilerAndRuntime: [Target.Dependency] = ["ApusCompiler", "ApusFiles", "ApusGraph", "ApusPlan", "ApusRuntime"]

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
        .target(name: "ApusGraph", dependencies: ["ApusFiles", "ApusSections", "ApusText"], swiftSettings: checked),
        .target(
            name: "ApusCompiler",
            dependencies: ["ApusFiles", "ApusGraph", "ApusPlan", "ApusInstructions", "ApusKernels"],
            swiftSettings: checked),
        .target(name: "ApusInstructions", swiftSettings: checked),
        .target(
            name: "ApusPlan", dependencies: ["ApusFiles", "ApusInstructions", "ApusSections"], swiftSettings: quick),
        .target(
            name: "ApusRuntime",
            dependencies: ["ApusFiles", "ApusPlan", "ApusInstructions", "CPlatform"] + kernelNames,
            swiftSettings: quick),
        .target(name: "ApusData", dependencies: ["ApusFiles", "ApusGraph", "CZlib", "CPNG"], swiftSettings: quick),
        .target(
            name: "ApusTraining",
            dependencies: compilerAndRuntime + ["ApusCheckpoint", "ApusData", "ApusJSON", "ApusSections"],
            swiftSettings: checked),
        // Programs that carry their plan. What they are made of is in Sources/ApusStandalone, which scripts/build-standalone builds.
        .target(name: "ApusExecutable", dependencies: ["ApusFiles", "ApusPlan"], swiftSettings: checked),
        // Apart from training, so that it can be read where there are no kernels.
        .target(name: "ApusCheckpoint", dependencies: ["ApusSections"], swiftSettings: checked),
        .target(
            name: "ApusProfile", dependencies: ["ApusJSON", "ApusPlan", "ApusRuntime", "ApusText"],
            swiftSettings: checked),
        // What ONNX files consist of: generated, and apart from what is ours, for it takes long to compile.
        .target(
            name: "ONNXSchema", dependencies: [protobuf],
            exclude: ["onnx.proto"]),
        .target(
            name: "ApusONNX",
            dependencies: ["ApusFiles", "ApusGraph", "ApusText", "ONNXSchema", protobuf],
            swiftSettings: checked),
        .target(name: "ApusWeights", dependencies: ["ApusGraph", "ApusJSON", "ApusText"], swiftSettings: checked),
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
        .target(name: "ApusSections", dependencies: ["ApusFiles"], swiftSettings: quick),
        .target(name: "ApusFiles", dependencies: ["CMapping"], swiftSettings: quick),
        .target(name: "ApusJSON", swiftSettings: quick),
        .target(name: "ApusText", swiftSettings: quick),
        .target(name: "CPlatform"),
        // The process's arguments for Swift's runtime, at once: for programs that are linked statically.
        .target(name: "CProcessArguments"),
        .target(name: "CMapping"),

        // MARK: Libraries of the system

        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CBSD", pkgConfig: "libbsd", providers: [.apt(["libbsd-dev"])]),

        // MARK: The tools, and what they have in common

        .target(name: "ApusCommandLine", dependencies: ["ApusFiles", "ApusText", "CBSD"], swiftSettings: checked),
        .target(
            name: "ApusToolSupport",
            dependencies: compilerAndRuntime + ["ApusCommandLine", "ApusData", "ApusONNX", "ApusText", argumentParser],
            swiftSettings: checked),
        tool(
            "apus-compile",
            dependencies: compilerAndRuntime + ["ApusInstructions", "ApusJSON", "ApusText"]),
        tool("apus-evaluate", dependencies: ["ApusData", "ApusGraph", "ApusJSON", "ApusText", "ApusTraining"]),
        tool(
            "apus-export",
            dependencies: [
                "ApusCompiler", "ApusExecutable", "ApusFiles", "ApusGraph", "ApusJSON", "ApusONNX", "ApusPlan",
                "ApusWeights",
            ]),
        // Static, so that it starts at once and runs anywhere; by lld, which has no advice about that. What it runs before its first answer
        // lies side by side: `make start-order`.
        .executableTarget(
            name: "apus-infer",
            dependencies: compilerAndRuntime + [
                "ApusData", "ApusJSON", "ApusInstructions", "ApusProfile", "ApusText", "CProcessArguments",
            ],
            path: "Tools/apus-infer", exclude: ["start.order"], swiftSettings: quick,
            linkerSettings: [
                .unsafeFlags(
                    [
                        "-static-executable", "-use-ld=lld", "-Xlinker", "--no-warn-symbol-ordering",
                        "-Xlinker", "--symbol-ordering-file=\(Context.packageDirectory)/Tools/apus-infer/start.order",
                    ] + (Context.environment["APUS_SYMBOLS"] == "1" ? [] : ["-Xlinker", "--strip-all"]))
            ]),
        tool(
            "apus-train",
            dependencies: compilerAndRuntime + [
                "ApusData", "ApusJSON", "ApusONNX", "ApusProfile", "ApusText", "ApusTraining", "ApusWeights",
                "CPlatform",
            ]),
        tool("draw-digits", dependencies: ["ApusData", "ApusFiles"]),
        tool(
            "dump-graph",
            dependencies: [
                "ApusCheckpoint", "ApusCompiler", "ApusFiles", "ApusGraph", "ApusJSON", "ApusONNX", "ApusPlan",
                "ApusInstructions", "ApusSections", "ApusText", "ApusTraining",
            ]),

        // MARK: Tests, and what they run; measurements

        .testTarget(
            name: "ApusTests",
            dependencies: [
                "Apus", "ApusData", "ApusInstructions", "ApusONNX", "ApusPlan", "ApusRuntime", "ApusTraining",
            ]),
        .testTarget(
            name: "ApusGraphTests", dependencies: ["TestSupport", "ApusGraph", "ApusSections", "OperatorCases"],
            exclude: ["Text/WrongSpecs.md"]),
        .testTarget(name: "ApusCompilerTests", dependencies: ["TestSupport", "ApusCompiler", "ApusGraph", "ApusPlan"]),
        .testTarget(
            name: "ApusPlanTests",
            dependencies: ["TestSupport", "ApusPlan", "ApusInstructions", "ApusSections", "InstructionSamples"]),
        .testTarget(
            name: "ApusKernelsTests", dependencies: ["TestSupport", "ApusInstructions", "CPlatform"] + kernelNames),
        .testTarget(
            name: "ApusRuntimeTests",
            dependencies: ["ApusCompiler", "ApusGraph", "ApusInstructions", "ApusPlan", "ApusRuntime"]),
        .testTarget(
            name: "ApusProfileTests",
            dependencies: ["ApusInstructions", "ApusJSON", "ApusPlan", "ApusProfile", "ApusRuntime", "TestSupport"]),
        .testTarget(
            name: "ApusDataTests", dependencies: ["ApusData", "ApusFiles", "ApusGraph", "CZlib", "TestSupport"]),
        .testTarget(
            name: "ApusTrainingTests",
            dependencies: compilerAndRuntime + ["ApusTraining", "ApusData", "ApusJSON", "TestSupport"]),
        .testTarget(name: "ApusExecutableTests", dependencies: ["ApusExecutable"]),
        .testTarget(name: "ApusWeightsTests", dependencies: ["ApusGraph", "ApusWeights"]),
        .testTarget(
            name: "ApusONNXTests",
            dependencies: compilerAndRuntime + [
                "Apus", "ApusONNX", "ONNXSchema", "ONNXTestSupport", "OperatorCases", "TestSupport", protobuf,
            ]),
        .testTarget(name: "ApusFilesTests", dependencies: ["TestSupport", "ApusFiles"]),
        .testTarget(name: "ApusSectionsTests", dependencies: ["TestSupport", "ApusFiles", "ApusSections"]),
        // The three formats: files of each version, and what docs/FORMATS.md shows of them.
        .testTarget(
            name: "FormatsTests",
            dependencies: [
                "Apus", "ApusCheckpoint", "ApusFiles", "ApusGraph", "ApusInstructions", "ApusPlan", "ApusRuntime",
                "ApusSections", "ApusTraining", "TestSupport",
            ]),
        .testTarget(name: "ApusJSONTests", dependencies: ["ApusJSON", "TestSupport"]),
        .testTarget(
            name: "ReadersTests",
            dependencies: [
                "ApusCheckpoint", "ApusData", "ApusFiles", "ApusGraph", "ApusSections", "Readers", "TestSupport",
            ]),
        .testTarget(
            name: "ApusCommandLineTests", dependencies: ["TestSupport", "ApusCommandLine", "ApusFiles", "ApusText"]),
        .testTarget(
            name: "ModelsTests",
            dependencies: [
                "TestSupport",
                "ApusGraph", "ApusCompiler", "ApusPlan", "ApusRuntime", "ApusInstructions", "ApusData", "OperatorCases",
            ],
            exclude: ["Fixtures"]),
        // Random calls of every operator, for the tests of graphs and of plans.
        .target(
            name: "OperatorCases", dependencies: ["TestSupport", "ApusGraph"], path: "Tests/OperatorCases",
            swiftSettings: checked),
        // It also runs reader-check, which can't be linked into the tests: it counts allocations, as allocation-count does.
        .testTarget(
            name: "ToolsTests",
            dependencies: compilerAndRuntime + [
                "TestSupport", "ApusData", "ApusJSON", "apus-compile", "ApusCommandLine", "ApusWeights",
                "allocation-count", "apus-evaluate", "apus-export", "apus-train", "dump-graph", "ONNXSchema",
                "ONNXTestSupport", "onnx-conformance", "onnx-fuzz", "plan-fuzz", "worker-pool-check",
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
            uses: [
                "ApusBenchmarks", "ApusCompiler", "ApusGraph", "ApusInstructions", "ApusPlan", "ApusRuntime",
                "CPlatform", "InstructionSamples", "TestSupport", argumentParser,
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
    var left: Set<String> = ["ApusKernels", "ApusKernelsV3", "ApusKernelsV4"]
    var count = 0
    while count < left.count {
        count = left.count
        for target in package.targets where target.dependencies.contains(where: { isTarget($0, in: left) }) {
            left.insert(target.name)
        }
    }
    package.targets.removeAll { left.contains($0.name) }
    package.products = []
    #if arch(x86_64)
        let fuzzer = "clang_rt.fuzzer_no_main-x86_64"
    #else
        let fuzzer = "clang_rt.fuzzer_no_main-aarch64"
    #endif
    package.targets.append(
        .executableTarget(
            name: "fuzz", dependencies: ["ApusFiles", "Readers"], path: "Tests/Fuzz", exclude: ["Corpora", "fuzz"],
            swiftSettings: [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: [.unsafeFlags(["-l\(fuzzer)"]), .linkedLibrary("stdc++")]))
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
        .target(name: "ApusServing", dependencies: ours, swiftSettings: checked),
        .target(name: "InferenceProtocol", dependencies: net, exclude: ["inference.proto"]), server,
        .testTarget(name: "ApusServingTests", dependencies: ours + ["ApusServing", "TestSupport"]),
    ]
}

// `make` sets it: what the project itself builds has no warnings, but a newer compiler's new ones stop nobody else.
if Context.environment["APUS_WARNINGS"] == "error" {
    for target in package.targets where target.type != .system {
        target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
        target.cSettings = (target.cSettings ?? []) + [.treatAllWarnings(as: .error)]
    }
}
