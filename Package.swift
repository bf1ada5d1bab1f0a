// swift-tools-version: 6.2
import PackageDescription

/// Swift 6 mode with strict concurrency. Warnings are errors in our own checks only, so that a newer
/// compiler with a new opinion does not stop anybody's build.
let strict: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (Context.environment["WARNINGS_AS_ERRORS"] == "1" ? [.treatAllWarnings(as: .error)] : [])

let package = Package(
    name: "optimizationjob",
    products: [
        .executable(name: "optimizationjob", targets: ["optimizationjob"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    ],
    targets: [
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLinux"),

        .target(name: "JSON", swiftSettings: strict),
        .target(
            name: "YAML",
            dependencies: ["JSON", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict
        ),
        .target(
            name: "HostProcess",
            dependencies: ["CLinux", "JSON", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict
        ),
        .target(name: "Metrics", swiftSettings: strict),
        .target(name: "Search", swiftSettings: strict),
        .target(name: "Transport", dependencies: ["CLinux", "COpenSSL"], swiftSettings: strict),
        .target(name: "HTTP", dependencies: ["CZlib", "Transport"], swiftSettings: strict),
        .target(
            name: "Kubernetes",
            dependencies: [
                "HTTP", "JSON", "Transport", "YAML",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict
        ),
        .target(name: "OptimizationAPI", dependencies: ["JSON", "Kubernetes", "Search"], swiftSettings: strict),
        .target(
            name: "Admission",
            dependencies: [
                "HTTP", "JSON", "Kubernetes", "OptimizationAPI", .product(name: "Logging", package: "swift-log"),
            ],
            resources: [
                .embedInCode("Resources/mutating-webhook-configuration.yaml"),
                .embedInCode("Resources/validating-webhook-configuration.yaml"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Controller",
            dependencies: [
                "JSON", "Kubernetes", "OptimizationAPI", "Search", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Certificates",
            dependencies: [
                "CLinux", "JSON", "Kubernetes", "Transport", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "LocalCluster",
            dependencies: [
                "CLinux", "Certificates", "HTTP", "JSON", "Kubernetes", "OptimizationAPI", "Search", "Transport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "LocalRun",
            dependencies: [
                "Admission", "CLinux", "Certificates", "Controller", "HTTP", "HostProcess", "JSON", "Kubernetes",
                "LocalCluster", "OptimizationAPI", "Search", "Transport", "YAML",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Manager",
            dependencies: [
                "Admission", "Certificates", "Controller", "HTTP", "HostProcess", "JSON", "Kubernetes", "Metrics",
                "OptimizationAPI", "Transport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "optimizationjob",
            dependencies: [
                "Certificates", "HostProcess", "Kubernetes", "LocalCluster", "LocalRun", "Manager", "OptimizationAPI",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),

        .executableTarget(
            name: "JSONBenchmark",
            dependencies: ["JSON"],
            path: "Benchmarks/JSONBenchmark",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "SearchBenchmark",
            dependencies: ["Search"],
            path: "Benchmarks/SearchBenchmark",
            exclude: ["Tables", "optuna_runs.py"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "CacheBenchmark",
            dependencies: [
                "HTTP", "JSON", "Kubernetes", "OptimizationAPI", .product(name: "Logging", package: "swift-log"),
            ],
            path: "Benchmarks/CacheBenchmark",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "ControllerBenchmark",
            dependencies: [
                "Certificates", "Controller", "HTTP", "JSON", "Kubernetes", "LocalCluster", "OptimizationAPI",
                "Transport",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Benchmarks/ControllerBenchmark",
            swiftSettings: strict
        ),

        // What the fuzzers feed, as a library, so that the tests can replay their examples.
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Admission", "CLinux", "HTTP", "JSON", "Kubernetes", "Transport",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Fuzz/Targets",
            swiftSettings: strict
        ),

        .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"], swiftSettings: strict),
        .testTarget(name: "JSONTests", dependencies: ["JSON"], exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(name: "YAMLTests", dependencies: ["JSON", "YAML"], swiftSettings: strict),
        .testTarget(
            name: "HostProcessTests",
            dependencies: ["HostProcess", "JSON", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict
        ),
        .testTarget(name: "MetricsTests", dependencies: ["Metrics"], swiftSettings: strict),
        .testTarget(name: "SearchTests", dependencies: ["Search"], swiftSettings: strict),
        .testTarget(
            name: "TransportTests",
            dependencies: ["CLinux", "COpenSSL", "Transport"],
            swiftSettings: strict
        ),
        .testTarget(name: "HTTPTests", dependencies: ["COpenSSL", "HTTP", "Transport"], swiftSettings: strict),
        .testTarget(
            name: "KubernetesTests",
            dependencies: [
                "HTTP", "JSON", "Kubernetes",
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Fixtures"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "OptimizationAPITests",
            dependencies: [
                "JSON", "Kubernetes", "OptimizationAPI", "Search", "YAML",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["CRD/judge.py", "Fixtures"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "AdmissionTests",
            dependencies: [
                "Admission", "HTTP", "JSON", "Kubernetes", "OptimizationAPI",
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Fixtures"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ControllerTests",
            dependencies: [
                "Controller", "JSON", "Kubernetes", "OptimizationAPI", "Search",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Controller", "HTTP", "JSON", "Kubernetes", "LocalCluster", "OptimizationAPI", "Transport", "YAML",
                "optimizationjob",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Acceptance/trial.py", "run"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CertificatesTests",
            dependencies: [
                "Admission", "Certificates", "HTTP", "JSON", "Kubernetes", "LocalCluster", "OptimizationAPI",
                "Transport", "YAML", "optimizationjob",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LocalClusterTests",
            dependencies: [
                "Certificates", "HTTP", "JSON", "Kubernetes", "LocalCluster", "OptimizationAPI", "Transport",
                "optimizationjob",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["APIServer/Fixtures"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LocalRunTests",
            dependencies: [
                "JSON", "Kubernetes", "LocalCluster", "LocalRun", "OptimizationAPI", "YAML", "optimizationjob",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ManagerTests",
            dependencies: [
                "Admission", "Certificates", "HTTP", "HostProcess", "JSON", "Kubernetes", "LocalCluster", "Manager",
                "Metrics", "OptimizationAPI", "Transport", "YAML", "optimizationjob",
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
    ]
)

// The fuzzer has libFuzzer's `main`, which comes with `--sanitize=fuzzer`; without it there is nothing to link.
if Context.environment["FUZZING"] == "1" {
    package.targets.append(
        .executableTarget(
            name: "Fuzzer",
            dependencies: ["FuzzTargets"],
            path: "Fuzz/Fuzzer",
            swiftSettings: strict
        )
    )
}
