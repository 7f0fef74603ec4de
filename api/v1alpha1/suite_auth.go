package v1alpha1

// Auth is how requests prove who sends them: exactly one way. The keys come from the environment.
type Auth struct {
	// AWS signs each request (Signature Version 4), as a function URL of Lambda wants it, with the credentials that AWS's own
	// tools would find.
	AWS *AWSAuth `json:"aws,omitempty"`
	// IDToken sends an ID token of Google, as Cloud Run wants it: for the service account whose key
	// GOOGLE_APPLICATION_CREDENTIALS names, else from the metadata server.
	IDToken *IDTokenAuth `json:"idToken,omitempty"`
}

// AWSAuth says what is signed for.
type AWSAuth struct {
	// Service is the name that it signs by. Default: lambda.
	Service string `json:"service,omitempty"`
	// Region is where it is. Default: as in the host of a function URL (ID.lambda-url.REGION.on.aws).
	Region string `json:"region,omitempty"`
}

// IDTokenAuth says whom a token is for.
type IDTokenAuth struct {
	// Audience is the URL of the service, or a custom audience of it. Default: scheme and host of the target's URL.
	Audience string `json:"audience,omitempty"`
}
